<?php

return [
    'driver' => 'file',
    'files' => getenv('STORAGE') . '/sessions',
    'lifetime' => 120,
    'expire_on_close' => false,
    'lottery' => [2, 100],
    'cookie' => 'session',
    'path' => '/',
    'domain' => null,
    'secure' => str_starts_with((string) getenv('ORIGIN'), 'https:'),
    'http_only' => true,
    'same_site' => 'lax',
    'encrypt' => false,
];
