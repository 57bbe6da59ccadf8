<?php

declare(strict_types=1);

namespace Countersign\Api;

use Countersign\Exception\CountersignException;
use Countersign\Exception\RequestRefused;

/** The operations on one kind of object. Members of requests have the API's names; the service refuses unknown ones. */
abstract class Group
{
    /** @internal */
    public function __construct(protected readonly Transport $transport)
    {
    }

    /**
     * Refuses what is not an id before it becomes part of a path: `..` would name something else.
     *
     * @throws RequestRefused `INPUT_INVALID`
     */
    protected static function path(string $path, string $id, string $tail = ''): string
    {
        if (preg_match('/\A[A-Za-z0-9_-]{1,64}\z/', $id) !== 1) {
            throw new RequestRefused('INPUT_INVALID', 'That is not the id of an object.');
        }
        return "{$path}/{$id}{$tail}";
    }

    /**
     * @template Item of object
     * @param array<string, string|int|bool|null> $query
     * @param callable(Answer): Item $read
     * @return Page<Item>
     * @throws CountersignException
     */
    protected function onePage(string $path, array $query, callable $read): Page
    {
        $answer = $this->transport->send(Kind::Read, 'GET', $path, query: $query);
        return new Page($answer->objects('items', $read), $answer->optionalText('next'));
    }

    /**
     * @template Item of object
     * @param array<string, string|int|bool|null> $query
     * @param callable(Answer): Item $read
     * @return \Generator<int, Item>
     * @throws CountersignException
     */
    protected function all(string $path, array $query, callable $read): \Generator
    {
        $seen = [];
        for ($page = $this->onePage($path, $query, $read); ; ) {
            foreach ($page->items as $item) {
                yield $item;
            }
            if ($page->next === null) {
                return;
            }
            // A service that repeats a cursor must not keep the caller in a loop.
            if (in_array($page->next, $seen, true)) {
                throw Answer::unexpected('a new page');
            }
            $seen[] = $page->next;
            $page = $this->onePage($path, ['after' => $page->next] + $query, $read);
        }
    }

    /**
     * @template Outcome of object
     * @param array<array<string, mixed>> $rows
     * @param callable(Answer): Outcome $read
     * @return list<Outcome>
     * @throws CountersignException
     */
    protected function createRows(string $path, #[\SensitiveParameter] array $rows, callable $read): array
    {
        $answer = $this->transport->send(Kind::Creation, 'POST', $path, ['rows' => array_values($rows)]);
        $outcomes = $answer->objects('rows', $read);
        // With one too few, an outcome would be read as that of another row.
        return count($outcomes) === count($rows) ? $outcomes : throw Answer::unexpected('an outcome for each row');
    }
}
