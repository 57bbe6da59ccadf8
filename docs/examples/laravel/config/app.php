<?php

return [
    'name' => 'Juniper shop',
    'env' => 'production',
    'debug' => false,
    'url' => getenv('ORIGIN'),
    'key' => getenv('APP_KEY'),
    'cipher' => 'AES-256-CBC',
    'locale' => 'en',
    'timezone' => 'UTC',
    'providers' => [
        Illuminate\Auth\AuthServiceProvider::class,
        Illuminate\Cookie\CookieServiceProvider::class,
        Illuminate\Database\DatabaseServiceProvider::class,
        Illuminate\Encryption\EncryptionServiceProvider::class,
        Illuminate\Filesystem\FilesystemServiceProvider::class,
        Illuminate\Foundation\Providers\FoundationServiceProvider::class,
        Illuminate\Hashing\HashServiceProvider::class,
        Illuminate\Session\SessionServiceProvider::class,
        Illuminate\View\ViewServiceProvider::class,
        Countersign\Laravel\CountersignServiceProvider::class,
    ],
];
