<?php

declare(strict_types=1);

// Runs the test files named on the command line, or all of this folder, and prints one line of JSON for each test. The last
// line says how many there were: without it they did not run to their end. PHPUnit would add 32 packages for two assertions.

require __DIR__ . '/../autoload.php';
require __DIR__ . '/testing.php';

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    // Where the library silences a warning with @, it looks at what came back.
    if ((error_reporting() & $level) !== 0) {
        throw new ErrorException($message, 0, $level, $file, $line);
    }
    return true;
});

$files = array_slice($argv, 1);
foreach ($files === [] ? glob(__DIR__ . '/*.test.php') : $files as $file) {
    Tests::$file = basename($file, '.test.php');
    require $file;
}
$failed = 0;
foreach (Tests::$all as [$name, $body]) {
    $failure = null;
    try {
        $body();
    } catch (Throwable $thrown) {
        $failure = get_class($thrown) . ": {$thrown->getMessage()}\n{$thrown->getTraceAsString()}";
        $failed++;
    }
    echo json_encode(['name' => $name, 'failure' => $failure], JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
echo json_encode(['tests' => count(Tests::$all), 'failed' => $failed]), "\n";
exit($failed === 0 ? 0 : 1);
