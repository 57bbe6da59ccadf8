<?php

declare(strict_types=1);

namespace Countersign\Api;

/**
 * By country, time or network. To create: `name` and `rule`; a rule stays of its kind. A list is asked for by `search`,
 * `sort`, `order`, `kind`, `limit`.
 *
 * @extends Collection<Filter, Filter>
 */
final class Filters extends Collection
{
    protected function read(Answer $answer): Filter
    {
        return Filter::from($answer);
    }
}
