<?php
// What a script is told of itself, by its own name and what follows it.
header_remove('X-Powered-By');
header('Content-Type: application/json');
$told = [];
foreach (['SCRIPT_NAME', 'PATH_INFO', 'QUERY_STRING', 'REQUEST_URI', 'REQUEST_METHOD'] as $name) {
    $told[$name] = $_SERVER[$name] ?? null;
}
echo json_encode($told, JSON_UNESCAPED_SLASHES), "\n";
