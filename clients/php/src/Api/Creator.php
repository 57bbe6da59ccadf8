<?php

declare(strict_types=1);

namespace Countersign\Api;

/** Who made an object: an API key, an administrator, or whoever has the server's command line. */
final class Creator
{
    /**
     * @param string $kind `api-key`, `administrator`, `user`, `operator` or `service`
     */
    public function __construct(
        public readonly string $kind,
        public readonly ?string $id,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            kind: $answer->text('kind'),
            id: $answer->optionalText('id'),
        );
    }
}
