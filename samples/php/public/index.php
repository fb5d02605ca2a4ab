<?php
// The front controller: every path that is no file comes here.
declare(strict_types=1);

require __DIR__ . '/../routes.php';

// Where the application is mounted, such as an API's stage, stands before its own paths.
$path = parse_url('http://host' . $_SERVER['REQUEST_URI'], PHP_URL_PATH) ?: '/';
$mount = rtrim(dirname($_SERVER['SCRIPT_NAME']), '/');
if ($mount !== '' && str_starts_with($path, "$mount/")) {
    $path = substr($path, strlen($mount));
}
header_remove('X-Powered-By');
answer($_SERVER['REQUEST_METHOD'], $path);
