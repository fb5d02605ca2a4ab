<?php
// The answers of ../handler.cpp to the cases of conformance.py, by PHP.

function head(string $type, int $status = 200): void {
    http_response_code($status);
    header("Content-Type: $type");
}

function push(string $text): void {
    echo $text;
    flush();
}

// What a client sent, without PHP's own idea of fields that contain "-".
function tell_fields(): void {
    foreach ($_SERVER as $name => $value)
        if (str_starts_with($name, 'HTTP_X_TEST_'))
            $fields[strtr(strtolower(substr($name, 5)), '_', '-')] = $value;
    ksort($fields);
    foreach ($fields as $name => $value)
        echo "$name: $value\n";
}

function write_pattern(int $size): void {
    $once = implode(array_map('chr', range(0, 250)));
    for ($block = str_repeat($once, 256); $size > 0; $size -= strlen($block))
        echo substr($block, 0, $size);
}

function answer_kind(string $kind): void {
    switch ($kind) {
        case 'fields':
            head('text/plain');
            tell_fields();
            break;
        case 'cookies':
            head('text/plain');
            header('Set-Cookie: a=1; Path=/');
            header('Set-Cookie: b=2; HttpOnly', false);
            echo "a is {$_COOKIE['a']}, b is {$_COOKIE['b']}\n";
            break;
        case 'empty':
            http_response_code(204);
            break;
        case 'moved':
            header("Location: /kinds/elsewhere?q={$_GET['q']}", true, 302);
            break;
        case 'gzip':
            head('text/plain');
            header('Content-Encoding: gzip');
            echo gzencode("hello\n");
            break;
        case 'stream':
            head('text/event-stream');
            for ($i = 0; $i < 3; ++$i)
                push("data: $i\n\n");
            break;
        case 'ticks':  // PHP ends it when nobody listens
            head('text/event-stream');
            header('X-Accel-Buffering: no');
            for ($tick = 0;; ++$tick) {
                push("data: $tick\n\n");
                usleep(20_000);
            }
        case 'large':
            head('application/octet-stream');
            echo str_repeat("\xfe", 20_000);
            break;
        case 'pattern':
            head('application/octet-stream');
            write_pattern((int)$_GET['n']);
            break;
        case 'torn':
            head('application/octet-stream');
            header('Content-Length: 10');
            echo 'half';
            break;
        case 'echo':
            head(($_SERVER['CONTENT_TYPE'] ?? '') ?: 'text/plain');
            readfile('php://input');
            break;
        case 'unread':
            head('text/plain', 404);
            echo "not here\n";
            break;
        default:
            head('text/plain; charset=utf-8');
            echo "{$_SERVER['REQUEST_METHOD']} $kind q=", $_GET['q'] ?? 'none', "\n";
    }
}

ini_set('default_charset', '');  // else it is part of every type
$path = strtok($_SERVER['REQUEST_URI'], '?');
if (str_starts_with($path, '/kinds/')) {
    answer_kind(substr($path, 7));
} elseif ($path === '/throw') {
    head('text/plain', 500);
    echo "internal error\n";
} elseif ($path === '/refuse') {
    head('text/plain', 422);
    echo "no name\n";
} elseif ($path === '/break') {
    head('text/plain');
    push('half');
    exec('kill -9 ' . getmypid());
} else {
    head('text/plain', $path === '/teapot' ? 418 : 200);
    echo "{$_SERVER['REQUEST_METHOD']} {$_SERVER['REQUEST_URI']}\n";
}
