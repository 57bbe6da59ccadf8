<?php

declare(strict_types=1);

// For those without Composer: require this one file.
spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'Countersign\\')) {
        $file = __DIR__ . '/src/' . strtr(substr($class, strlen('Countersign\\')), '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
        }
    }
});
