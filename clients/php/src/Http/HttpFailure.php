<?php

declare(strict_types=1);

namespace Countersign\Http;

/** Why there is no answer. The message holds nothing of the request. */
final class HttpFailure extends \RuntimeException
{
    /** @param 'network'|'timeout'|'too-large' $reason */
    public function __construct(public readonly string $reason, string $message)
    {
        parent::__construct($message);
    }
}
