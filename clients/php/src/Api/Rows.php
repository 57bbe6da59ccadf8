<?php

declare(strict_types=1);

namespace Countersign\Api;

/** @internal Many objects in one request. */
final class Rows
{
    /**
     * @param array<array<string, mixed>> $rows
     * @return list<RowOutcome>
     */
    public static function create(Transport $transport, string $path, #[\SensitiveParameter] array $rows): array
    {
        $body = ['rows' => array_values($rows)];
        $outcomes = $transport->send(Kind::Creation, 'POST', "/bulk{$path}", $body)->objects('rows');
        // An outcome too few would be taken for another row's.
        if (count($outcomes) !== count($rows)) {
            throw Answer::unexpected('an outcome for each row');
        }
        return array_map(RowOutcome::from(...), $outcomes);
    }
}
