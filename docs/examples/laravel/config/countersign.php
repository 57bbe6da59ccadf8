<?php

use App\User;

return [
    'signIn' => [
        'service' => getenv('COUNTERSIGN_URL'),
        'resource' => getenv('COUNTERSIGN_RESOURCE'),
        'origin' => getenv('ORIGIN'),
        'apiKey' => getenv('COUNTERSIGN_API_KEY'),
        'siteChecksPassword' => getenv('OWN_PASSWORDS') === '1',
        'afterSignIn' => '/account',
    ],
    'userColumn' => 'countersign_id',
    'isAllowed' => [User::class, 'isAllowed'],
];
