<?php
/* console - a script of the shop: plays the steps in its argument. */

require __DIR__ . '/shop.php';
begin_request([]);
Player::play(json_decode(base64_decode($argv[1]), true));
echo 'end';
