<?php

declare(strict_types=1);

namespace Countersign\Api;

use Countersign\Exception\CountersignException;

/**
 * What makes one-time passwords. To create: `kind` (`totp`, `hotp`, `ocra`, `sms`, `email`, `recovery`), `name`, and
 * perhaps `owner`, `serial`, `expiresAt`, `secret`, `pin` and what the kind has of its own (`algorithm`, `digits`,
 * `periodMs`, `counter`, `suite`, `to`). To change: `name`, `enabled`, `locked` (false unlocks), `owner`, `expiresAt`,
 * `to`, `pin`. A list is asked for by `search`, `sort`, `order`, `state`, `owner`, `kind`, `resource`, `limit`.
 *
 * @extends Collection<Token, CreatedToken>
 */
final class Tokens extends Collection
{
    /**
     * Sent with an Idempotency-Key of its own, so a lost answer does not make two.
     *
     * @param array<string, mixed> $input
     * @throws CountersignException
     */
    public function create(#[\SensitiveParameter] array $input): CreatedToken
    {
        $created = parent::create($input);
        if ($created->token->kind !== ($input['kind'] ?? null)) {
            throw Answer::unexpected('a token of this kind');
        }
        return $created;
    }

    /**
     * Up to 500 at once, each with its own outcome, in their order. Repeated by itself as a creation is.
     *
     * @param list<array<string, mixed>> $rows
     * @return list<RowOutcome>
     */
    public function createMany(#[\SensitiveParameter] array $rows): array
    {
        return Rows::create($this->transport, $this->path, $rows);
    }

    /**
     * Codes that stand in once each for one of another token's. Assign them as any token.
     *
     * @param string $owner the id of the user whose they are
     */
    public function createRecoveryCodes(string $name, string $owner): CreatedToken
    {
        return $this->create(['kind' => 'recovery', 'name' => $name, 'owner' => $owner]);
    }

    /**
     * Makes the tokens of a file: PSKC, CSV, `otpauth://` URIs, an export of Google Authenticator. All of it is judged
     * before the first is made. Repeated by itself, since nothing is made twice: after a lost answer what was made is
     * `exists`. Thousands of rows take longer than the usual `timeoutMs`.
     *
     * @param string $content at most 2 MiB
     * @param array<string, mixed> $options `format`, `password` or `preSharedKey` of an encrypted file, `kind` and
     *     `seedEncoding` of what CSV does not say, `dryRun`, `acceptPartial`, `from`, `count`
     * @throws CountersignException `IMPORT_UNREADABLE`, or `IMPORT_REFUSED` with the refused rows in `errors`
     */
    public function import(
        #[\SensitiveParameter]
        string $content,
        #[\SensitiveParameter]
        array $options = [],
    ): TokenImport {
        $body = ['content' => base64_encode($content), 'encoding' => 'base64'] + $options;
        return TokenImport::from($this->transport->send(Kind::Read, 'POST', '/token-imports', $body));
    }

    /**
     * Brings a device back into step, by two codes that it showed one after the other. Never repeated by itself: wrong
     * ones count as a wrong code, right ones are used up.
     *
     * @throws CountersignException `OTP_WRONG`, `TOKEN_LOCKED`, ...
     */
    public function resync(
        string $id,
        #[\SensitiveParameter]
        string $first,
        #[\SensitiveParameter]
        string $second,
    ): Token {
        $body = ['otps' => [$first, $second]];
        return Token::from($this->transport->send(Kind::Once, 'POST', $this->pathOf($id, '/resync'), $body));
    }

    /**
     * Says whether a sign-in would take this code now, of a TOTP or HOTP token. The code stays good, and no failure of the
     * token is counted. Never repeated by itself: what is not right counts against the checks that a token has in an hour.
     *
     * @throws CountersignException `TOO_MANY_ATTEMPTS`, `TOKEN_KIND_UNFIT`, `TOKEN_LOCKED`, ...
     */
    public function check(
        string $id,
        #[\SensitiveParameter]
        string $otp,
    ): TokenCheck {
        $path = $this->pathOf($id, '/check');
        return TokenCheck::from($this->transport->send(Kind::Once, 'POST', $path, ['otp' => $otp]));
    }

    protected function read(Answer $answer): Token
    {
        return Token::from($answer);
    }

    /** Whatever is shown this once has to be there: nobody gets to see it later. */
    protected function readCreated(Answer $answer): CreatedToken
    {
        $created = CreatedToken::from($answer);
        $isWhole = match ($created->token->kind) {
            'totp', 'hotp' => $created->secret !== null && $created->otpauthUri !== null,
            'ocra' => $created->secret !== null,
            'recovery' => $created->recoveryCodes !== null && $answer->texts('recoveryCodes') !== [],
            default => true,
        };
        return $isWhole ? $created : throw Answer::unexpected('a new token with its secret');
    }
}
