<?php
// The front controller: every path that is no file comes here.
declare(strict_types=1);

require __DIR__ . '/../routes.php';

$path = parse_url('http://host' . $_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/';
answer($_SERVER['REQUEST_METHOD'], $path);
