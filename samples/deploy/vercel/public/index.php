<?php
// Has every path that is no file here.
header('Content-Type: text/plain; charset=utf-8');
echo $_SERVER['REQUEST_METHOD'], ' ', $_SERVER['REQUEST_URI'], ' by PHP ', PHP_MAJOR_VERSION, "\n";
