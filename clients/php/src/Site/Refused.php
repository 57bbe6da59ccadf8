<?php

declare(strict_types=1);

namespace Countersign\Site;

/** A route or guard says no, with a stable code. */
final class Refused extends \RuntimeException
{
    private const STATUS = [
        'METHOD_NOT_ALLOWED' => 405,
        'POST_CROSS_SITE' => 403,
        'MEDIA_TYPE_UNSUPPORTED' => 415,
        'BODY_TOO_LARGE' => 413,
        'JSON_INVALID' => 400,
        'DUPLICATE_NAME' => 400,
        'INPUT_INVALID' => 422,
        'ACCESS_DENIED' => 403,
        'SIGN_IN_REQUIRED' => 401,
        'STEP_UP_REQUIRED' => 403,
        'RESULT_OF_ANOTHER_USER' => 403,
        'SECOND_FACTOR_ENDED' => 403,
    ];

    /** @param array<string, mixed> $more */
    public function __construct(public readonly string $errorCode, public readonly array $more = [])
    {
        parent::__construct($errorCode);
    }

    public function response(): RouteResponse
    {
        $headers = ['Cache-Control' => 'no-store'];
        if ($this->errorCode === 'METHOD_NOT_ALLOWED') {
            $headers['Allow'] = 'POST';
        }
        return new RouteResponse(self::STATUS[$this->errorCode], ['code' => $this->errorCode] + $this->more, $headers);
    }
}
