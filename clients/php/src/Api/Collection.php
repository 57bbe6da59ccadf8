<?php

declare(strict_types=1);

namespace Countersign\Api;

use Countersign\Exception\CountersignException;
use Countersign\Exception\RequestRefused;

/**
 * One kind of object of the account. What is sent is named as the API names it; the service refuses what it does not
 * know.
 *
 * @template Item of object
 * @template Created of object
 */
abstract class Collection
{
    /**
     * @internal
     * @param string $path below `/v1`
     */
    public function __construct(protected readonly Transport $transport, protected readonly string $path)
    {
    }

    /**
     * Sent with an Idempotency-Key of its own, so a lost answer does not make two.
     *
     * @param array<string, mixed> $input
     * @return Created
     * @throws CountersignException
     */
    public function create(#[\SensitiveParameter] array $input): object
    {
        return $this->readCreated($this->transport->send(Kind::Creation, 'POST', $this->path, $input));
    }

    /**
     * @return Item
     * @throws CountersignException
     */
    public function get(string $id): object
    {
        return $this->read($this->transport->send(Kind::Read, 'GET', $this->pathOf($id)));
    }

    /**
     * Changes what is named and leaves the rest; null takes a value away. Never repeated by itself.
     *
     * @param array<string, mixed> $changes
     * @return Item
     * @throws CountersignException
     */
    public function update(string $id, #[\SensitiveParameter] array $changes): object
    {
        return $this->read($this->transport->send(Kind::Once, 'PATCH', $this->pathOf($id), $changes));
    }

    /**
     * Never repeated by itself.
     *
     * @throws CountersignException
     */
    public function delete(string $id): void
    {
        $this->transport->send(Kind::Once, 'DELETE', $this->pathOf($id));
    }

    /**
     * All of them, page by page as they are read.
     *
     * @param array<string, string|int|bool|null> $query what the list is to be of, such as `['search' => 'mi', 'limit'
     *     => 200]`
     * @return \Generator<int, Item>
     * @throws CountersignException
     */
    public function list(array $query = []): \Generator
    {
        $seen = [];
        for ($page = $this->page($query); ; $page = $this->page(['after' => $page->next] + $query)) {
            foreach ($page->items as $item) {
                yield $item;
            }
            if ($page->next === null) {
                return;
            }
            // A service that goes round in circles must not keep us for ever.
            if (in_array($page->next, $seen, true)) {
                throw Answer::unexpected('a new page');
            }
            $seen[] = $page->next;
        }
    }

    /**
     * One page; `after` in the query is the `next` of the page before.
     *
     * @param array<string, string|int|bool|null> $query
     * @return Page<Item>
     * @throws CountersignException
     */
    public function page(array $query = []): Page
    {
        $answer = $this->transport->send(Kind::Read, 'GET', $this->path, query: $query);
        return new Page(array_map($this->read(...), $answer->objects('items')), $answer->optionalText('next'));
    }

    /** @return Item */
    abstract protected function read(Answer $answer): object;

    /** @return Created */
    protected function readCreated(Answer $answer): object
    {
        return $this->read($answer);
    }

    /**
     * Refuses what is not an id before it becomes part of an address: `..` would ask for something else.
     *
     * @throws RequestRefused `INPUT_INVALID`
     */
    protected function pathOf(string $id, string $tail = ''): string
    {
        if (preg_match('/\A[A-Za-z0-9_-]{1,64}\z/', $id) !== 1) {
            throw new RequestRefused('INPUT_INVALID', 'That is not the id of an object.');
        }
        return "{$this->path}/{$id}{$tail}";
    }
}
