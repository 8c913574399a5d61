<?php
/* front - the router of PHP's built-in server: one request of a shop. The header says who makes it and what core does in it. */

if (strpos($_SERVER['REQUEST_URI'], '/alive') === 0) {
    return;
}
require __DIR__ . '/shop.php';
ini_set('display_errors', '0');
$told = json_decode(base64_decode($_SERVER['HTTP_X_REQUEST']), true);
begin_request($told['as']);
Player::play($told['steps']);
echo 'page';
