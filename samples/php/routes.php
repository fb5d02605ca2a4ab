<?php
// What the application answers. It stands beside the document root, not in it.
declare(strict_types=1);

function json(mixed $value, int $status = 200): void
{
    http_response_code($status);
    header('Content-Type: application/json');
    echo json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR), "\n";
}

function home(): void
{
    header('Content-Type: text/html; charset=utf-8');
    readfile(__DIR__ . '/home.html');
}

function upload(): void
{
    $file = $_FILES['file'] ?? null;
    if (!is_array($file) || $file['error'] !== UPLOAD_ERR_OK) {
        json(['error' => 'a file is expected'], 400);
        return;
    }
    json([
        'name' => $file['name'],
        'type' => $file['type'],
        'size' => $file['size'],
        'sha256' => hash_file('sha256', $file['tmp_name']),
    ], 201);
}

// How often this client was here, which only the client keeps.
function visits(): void
{
    $count = max(0, (int) ($_COOKIE['visits'] ?? 0)) + 1;
    setcookie('visits', (string) $count, ['path' => '/', 'httponly' => true, 'samesite' => 'Lax']);
    setcookie('seen', 'yes', ['path' => '/']);
    json(['visits' => $count]);
}

function answer(string $method, string $path): void
{
    match ("$method $path") {
        'GET /', 'HEAD /' => home(),
        'GET /hello', 'HEAD /hello' => json(['hello' => (string) ($_GET['name'] ?? 'world')]),
        'POST /form' => json(['fields' => $_POST]),
        'POST /raw' => json([
            'type' => $_SERVER['CONTENT_TYPE'] ?? '',
            'size' => strlen($body = (string) file_get_contents('php://input')),
            'sha256' => hash('sha256', $body),
        ]),
        'POST /upload' => upload(),
        'GET /visits' => visits(),
        'GET /old' => header('Location: /hello?name=redirected', true, 301),
        default => json(['error' => 'there is nothing here', 'path' => $path], 404),
    };
}
