<?php

declare(strict_types=1);

namespace Countersign;

/** What happened, as the service tells it. */
final class WebhookEvent
{
    /**
     * @param string $id the same however often this is sent: keep it, and pass over what you have had
     * @param string $type such as `user.created` or `authentication`. New kinds may be added: pass over what you do not
     *     know
     * @param int $at when it happened, in milliseconds since 1970; not when it was sent
     * @param array<string, mixed> $data who did what to whom, by ids
     */
    public function __construct(
        public readonly string $id,
        public readonly string $type,
        public readonly int $at,
        public readonly array $data,
    ) {
    }
}
