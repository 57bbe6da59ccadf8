<?php

declare(strict_types=1);

namespace Countersign\Site;

use Countersign\OtpUse;
use Countersign\Result\StrictJson;

/** @internal What the sign-in routes decide. The same in every language: `shared/vectors/sites`. */
final class Rules
{
    public const FORM = 'application/x-www-form-urlencoded';
    private const JSON = 'application/json';
    private const MAX_NEXT = 2048;
    private const CHARACTER = "(?:[A-Za-z0-9\\-._\\~!\$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";

    /** Whether it is a path of this site, to every browser and server that may read it. */
    public static function isSafeNext(mixed $given): bool
    {
        if (!is_string($given) || $given === '' || strlen($given) > self::MAX_NEXT) {
            return false;
        }
        [$path, $query] = explode('?', $given, 2) + [1 => ''];
        $one = self::CHARACTER;
        if (preg_match("~\\A/(?:{$one}+/)*{$one}*\\z~", $path) !== 1 || preg_match("~\\A(?:{$one}|[/?])*\\z~", $query) !== 1) {
            return false;
        }
        // What may be decoded once more, end a segment, or be a dot or backslash to one reader only.
        if (preg_match('~%(?:25|2e|2f|5c)~i', $path) === 1 || preg_match('~/\.{1,2}(?:[/;]|\z)~', $path) === 1) {
            return false;
        }
        // No match is not UTF-8, too.
        return preg_match('~\A[^\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]*\z~u', rawurldecode($given)) === 1;
    }

    /** Why a request is not a post of this site's own pages, which browsers tell and no page can forge. */
    public static function refusePost(string $own, RouteRequest $request, bool $needsType): ?string
    {
        if ($request->method !== 'POST') {
            return 'METHOD_NOT_ALLOWED';
        }
        if ($request->origin !== $own || ($request->fetchSite ?? 'same-origin') !== 'same-origin') {
            return 'POST_CROSS_SITE';
        }
        $type = self::mediaType($request->contentType ?? '');
        return $needsType && !in_array($type, [self::JSON, self::FORM], true) ? 'MEDIA_TYPE_UNSUPPORTED' : null;
    }

    public static function mediaType(string $contentType): string
    {
        return strtolower(trim(explode(';', $contentType, 2)[0]));
    }

    /**
     * What a session keeps of a result. A password that the site checked (in seconds since 1970) is one more factor.
     *
     * @return array{acr: string, authTime: int}
     */
    public static function levelOf(string $acr, OtpUse $otp, int $authTime, ?int $passwordCheckedAt): array
    {
        if ($passwordCheckedAt === null) {
            return ['acr' => $acr, 'authTime' => $authTime];
        }
        return [
            'acr' => $otp === OtpUse::Verified ? '2' : $acr,
            'authTime' => min($authTime, $passwordCheckedAt),
        ];
    }

    /**
     * The body: JSON, or a form. An address is never read, because it ends in logs.
     *
     * @return array<array-key, mixed>
     * @throws Refused
     */
    public static function fieldsOf(RouteRequest $request): array
    {
        if ($request->body === '') {
            return [];
        }
        if ($request->isForm()) {
            $fields = [];
            foreach (explode('&', $request->body) as $pair) {
                [$name, $value] = array_map('urldecode', explode('=', $pair, 2) + [1 => '']);
                if (array_key_exists($name, $fields)) {
                    throw new Refused('DUPLICATE_NAME');
                }
                $fields[$name] = $value;
            }
            return $fields;
        }
        try {
            $members = StrictJson::parse($request->body);
        } catch (\UnexpectedValueException) {
            throw new Refused('JSON_INVALID');
        }
        if (!$members instanceof \stdClass) {
            throw new Refused('JSON_INVALID');
        }
        return get_object_vars($members);
    }
}
