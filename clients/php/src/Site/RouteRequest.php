<?php

declare(strict_types=1);

namespace Countersign\Site;

/** A request, as far as routes and guards read it. */
final class RouteRequest
{
    public const MAX_BODY_BYTES = 16 * 1024;

    /** @param string $body at most `MAX_BODY_BYTES`, and one more if there are more */
    public function __construct(
        public readonly string $method,
        public readonly ?string $origin,
        public readonly ?string $fetchSite,
        public readonly ?string $contentType,
        #[\SensitiveParameter]
        public readonly string $body = '',
        public readonly string $accept = '',
        public readonly string $target = '/',
    ) {
    }

    public function isForm(): bool
    {
        return Rules::mediaType($this->contentType ?? '') === Rules::FORM;
    }
}
