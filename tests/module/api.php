<?php
/* api - the product API that the module sends to: notes each request in a file, and answers as a second file says. */

if (strpos($_SERVER['REQUEST_URI'], '/alive') === 0) {
    return;
}
$folder = getenv('MODULE_TEST_FOLDER');
$body = file_get_contents('php://input');
$note = [
    'at' => microtime(true),
    'method' => $_SERVER['REQUEST_METHOD'],
    'uri' => $_SERVER['REQUEST_URI'],
    'authorization' => isset($_SERVER['HTTP_AUTHORIZATION']) ? $_SERVER['HTTP_AUTHORIZATION'] : '',
    'type' => isset($_SERVER['HTTP_CONTENT_TYPE']) ? $_SERVER['HTTP_CONTENT_TYPE'] : '',
    'key' => isset($_SERVER['HTTP_IDEMPOTENCY_KEY']) ? $_SERVER['HTTP_IDEMPOTENCY_KEY'] : '',
    'body' => $body,
];
file_put_contents($folder . '/received', json_encode($note) . "\n", FILE_APPEND | LOCK_EX);
$rules = json_decode((string) @file_get_contents($folder . '/answers'), true) ?: [];
$told = isset($rules[$note['key']]) ? $rules[$note['key']] : (isset($rules['*']) ? $rules['*'] : ['status' => 201]);
if (isset($told['sleep'])) {
    usleep((int) ($told['sleep'] * 1000000));
}
http_response_code($told['status']);
foreach (isset($told['headers']) ? $told['headers'] : [] as $header) {
    header($header);
}
echo isset($told['body']) ? $told['body'] : '{}';
