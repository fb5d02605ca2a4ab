<?php
echo 'PHP has ', $_SERVER['REQUEST_URI'], ' and ', function_exists('json_encode') && class_exists('PDO') ? 'PDO' : 'no PDO', "\n";
