<?php

declare(strict_types=1);

namespace Countersign\Api;

/** The thing that makes one-time passwords. Instants in milliseconds since 1970. */
final class Token
{
    /**
     * @param string $kind `webauthn`, `totp`, `hotp`, `ocra`, `sms`, `email` or `recovery`
     * @param bool $enabled false: takes no part in authentication
     * @param array{reason: string, at: int}|null $locked set: nobody is let in with it until it is unlocked
     * @param int $failures wrong codes in a row
     * @param int $resyncFailures resynchronisations in a row that found nothing
     * @param list<string> $directResources resources that take this token's codes with no user involved
     * @param string|null $algorithm of `totp` and `hotp`, as `digits`
     * @param int|null $periodMs of `totp`
     * @param string|null $pin `before` or `after`: where its PIN is typed, if it has one
     * @param string|null $suite of `ocra`: which questions it answers, and how (RFC 6287)
     * @param string|null $to of `sms` and `email`: where its codes are sent
     * @param bool|null $discoverable of `webauthn`: whether it is found without a name being given
     * @param bool|null $synced of `webauthn`: whether its owner's other devices may have it too
     * @param int|null $codesLeft of `recovery`: codes that have not been used
     * @param string|null $owner the user it belongs to
     * @param string|null $administrator instead of a user: the administrator who signs in with it
     * @param bool $needsResync after a restored backup: no code counts before a resynchronisation
     */
    public function __construct(
        public readonly string $id,
        public readonly string $name,
        public readonly string $kind,
        public readonly bool $enabled,
        public readonly ?array $locked,
        public readonly int $failures,
        public readonly int $resyncFailures,
        public readonly array $directResources,
        public readonly int $createdAt,
        public readonly ?Creator $createdBy,
        public readonly ?string $serial,
        public readonly ?string $algorithm,
        public readonly ?int $digits,
        public readonly ?int $periodMs,
        public readonly ?string $pin,
        public readonly ?string $suite,
        public readonly ?string $to,
        public readonly ?bool $discoverable,
        public readonly ?bool $synced,
        public readonly ?int $codesLeft,
        public readonly ?string $owner,
        public readonly ?string $administrator,
        public readonly bool $needsResync,
        public readonly ?int $expiresAt,
    ) {
    }

    /** @internal */
    public static function from(Answer $answer): self
    {
        return new self(
            id: $answer->text('id'),
            name: $answer->text('name'),
            kind: $answer->text('kind'),
            enabled: $answer->flag('enabled'),
            locked: $answer->optionalArray('locked'),
            failures: $answer->number('failures'),
            resyncFailures: $answer->number('resyncFailures'),
            directResources: $answer->texts('directResources'),
            createdAt: $answer->number('createdAt'),
            createdBy: $answer->creator(),
            serial: $answer->optionalText('serial'),
            algorithm: $answer->optionalText('algorithm'),
            digits: $answer->optionalNumber('digits'),
            periodMs: $answer->optionalNumber('periodMs'),
            pin: $answer->optionalText('pin'),
            suite: $answer->optionalText('suite'),
            to: $answer->optionalText('to'),
            discoverable: $answer->raw('discoverable') === null ? null : $answer->flag('discoverable'),
            synced: $answer->raw('synced') === null ? null : $answer->flag('synced'),
            codesLeft: $answer->optionalNumber('codesLeft'),
            owner: $answer->optionalText('owner'),
            administrator: $answer->optionalText('administrator'),
            needsResync: $answer->raw('needsResync') === true,
            expiresAt: $answer->optionalNumber('expiresAt'),
        );
    }
}
