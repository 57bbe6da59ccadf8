<?php

declare(strict_types=1);

namespace Countersign\Keys;

use Countersign\Options;

/** In files of a folder that only your site's own user can write to. */
final class FileKeyCache implements KeyCache
{
    private readonly string $folder;

    /**
     * @param string $folder for this alone, outside of what the web server serves and never /tmp itself. Made if it is
     *     not there
     * @throws \Countersign\Exception\OptionInvalid when others could put keys into it, or we could not
     */
    public function __construct(string $folder)
    {
        if ($folder === '' || (!is_dir($folder) && !@mkdir($folder, 0700, true) && !is_dir($folder))) {
            throw Options::invalid('"folder" of the key cache cannot be made.');
        }
        $this->folder = (string) realpath($folder);
        clearstatcache(true, $this->folder);
        if (!is_writable($this->folder)) {
            throw Options::invalid('"folder" of the key cache cannot be written to.');
        }
        if (DIRECTORY_SEPARATOR === '/') {
            self::refuseUnlessOurs($this->folder);
        }
    }

    public function read(string $name): ?string
    {
        $text = @file_get_contents($this->path($name));
        return $text === false ? null : $text;
    }

    public function write(string $name, string $value): void
    {
        // Written aside and renamed, so that no process reads half of it. What cannot be kept is fetched again.
        $aside = $this->path($name) . '.' . bin2hex(random_bytes(6));
        if (@file_put_contents($aside, $value) !== strlen($value) || !@rename($aside, $this->path($name))) {
            @unlink($aside);
        }
    }

    private function path(string $name): string
    {
        return "{$this->folder}/{$name}.json";
    }

    private static function refuseUnlessOurs(string $folder): void
    {
        $permissions = fileperms($folder);
        if ($permissions === false || ($permissions & 0022) !== 0) {
            throw Options::invalid('"folder" of the key cache can be written to by others: make it 0700.');
        }
        $owner = fileowner($folder);
        if ($owner !== 0 && $owner !== self::ourselves($folder)) {
            throw Options::invalid('"folder" of the key cache belongs to another user.');
        }
    }

    /** The user that our files belong to. */
    private static function ourselves(string $folder): int|false
    {
        if (function_exists('posix_geteuid')) {
            return posix_geteuid();
        }
        $probe = tempnam($folder, 'own');
        $owner = $probe === false ? false : fileowner($probe);
        if ($probe !== false) {
            unlink($probe);
        }
        return $owner;
    }
}
