<?php

declare(strict_types=1);

namespace Countersign\Exception;

/**
 * Everything this library throws on purpose. Branch on `errorCode`, which stays the same from version to version and is
 * the same in every language; the message is for people and may change. It never holds an API key, a password, a
 * one-time password or a result, so it can be logged.
 */
abstract class CountersignException extends \RuntimeException
{
    /**
     * @param string $errorCode one of `Countersign\ErrorCodes`, or one that a newer service sends
     * @param int|null $status of HTTP, when the service answered
     * @param string|null $requestId the service's name for the request, to quote to its operator
     * @param int|null $retryAfterMs how long to wait before another try can succeed
     * @param list<array<string, mixed>>|null $errors what was wrong with which field, as the service put it
     */
    final public function __construct(
        public readonly string $errorCode,
        string $message,
        public readonly ?int $status = null,
        public readonly ?string $requestId = null,
        public readonly ?int $retryAfterMs = null,
        public readonly ?array $errors = null,
    ) {
        parent::__construct($message);
    }
}
