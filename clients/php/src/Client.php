<?php

declare(strict_types=1);

namespace Countersign;

use Countersign\Api\Answer;
use Countersign\Api\ApiKeys;
use Countersign\Api\Assignments;
use Countersign\Api\Authentication;
use Countersign\Api\Challenge;
use Countersign\Api\Checklist;
use Countersign\Api\EnvironmentMatch;
use Countersign\Api\Explanation;
use Countersign\Api\Filters;
use Countersign\Api\Kind;
use Countersign\Api\LoginRequest;
use Countersign\Api\Redirect;
use Countersign\Api\Resources;
use Countersign\Api\Tokens;
use Countersign\Api\TransactionRequest;
use Countersign\Api\Transport;
use Countersign\Api\Users;
use Countersign\Exception\CountersignException;
use Countersign\Exception\OptionInvalid;
use Countersign\Exception\RequestRefused;
use Countersign\Exception\ResultRefused;
use Countersign\Exception\ServiceUnreachable;
use Countersign\Http\CurlHttpClient;
use Countersign\Http\HttpClient;
use Countersign\Result\ClaimsCheck;
use Countersign\Result\Expected;

/**
 * The API of the service. Reads and creations are tried again after a failure that may pass, everything else never.
 */
final class Client
{
    public readonly Resources $resources;
    public readonly Users $users;
    public readonly Tokens $tokens;
    public readonly Filters $filters;
    public readonly ApiKeys $apiKeys;
    public readonly Assignments $assignments;
    private readonly Transport $transport;

    /**
     * @param string $url the service's, without `/v1`. https, except on loopback
     * @param string $apiKey belongs on a server: anyone who has it acts for the account
     * @param int $timeoutMs how long one attempt may take
     * @param int $retries how often reads and creations are tried again
     * @param int $maxRetryWaitMs when the service asks for a longer wait than this, the exception comes at once
     * @throws OptionInvalid `OPTION_INVALID`, naming the option
     */
    public function __construct(
        string $url,
        #[\SensitiveParameter]
        string $apiKey,
        int $timeoutMs = 10_000,
        int $retries = 2,
        int $maxRetryWaitMs = 10_000,
        ?HttpClient $http = null,
        ?Clock $clock = null,
    ) {
        $this->transport = new Transport(
            Options::serviceUrl('url', $url),
            self::parseApiKey($apiKey),
            $http ?? new CurlHttpClient(),
            $clock ?? new SystemClock(),
            Options::within('timeoutMs', $timeoutMs, 1, 600_000),
            Options::within('retries', $retries, 0, 10),
            Options::within('maxRetryWaitMs', $maxRetryWaitMs, 0, 600_000),
        );
        $this->resources = new Resources($this->transport);
        $this->users = new Users($this->transport);
        $this->tokens = new Tokens($this->transport);
        $this->filters = new Filters($this->transport);
        $this->apiKeys = new ApiKeys($this->transport);
        $this->assignments = new Assignments($this->transport);
    }

    /**
     * Checks a person's password, one-time password, or both, or a token's one-time password. A refusal is an
     * exception whose code says why. Never repeated by itself: each call is an attempt that counts.
     *
     * @param string|null $user id, login, alias, email address or phone number
     * @param string|null $otp with `PasswordOtp` and without it only those pass whose tokens are all deactivated
     * @param string|null $recoveryCode one of the person's, in place of `otp`, where their device is not at hand
     * @param string|null $token of the method `Token`
     * @param string|null $address the person's own, for filters that need one
     * @throws RequestRefused `INVALID_CREDENTIALS`, `OTP_WRONG`, `TOKEN_LOCKED`, `TOO_MANY_ATTEMPTS`, ...
     * @throws ServiceUnreachable
     */
    public function authenticate(
        Method $method,
        string $resource,
        ?string $user = null,
        #[\SensitiveParameter]
        ?string $password = null,
        #[\SensitiveParameter]
        ?string $otp = null,
        #[\SensitiveParameter]
        ?string $recoveryCode = null,
        ?string $token = null,
        ?string $address = null,
    ): Authentication {
        $body = self::given([
            'method' => $method->value,
            'resource' => $resource,
            'user' => $user,
            'password' => $password,
            'otp' => $otp,
            'recoveryCode' => $recoveryCode,
            'token' => $token,
            'address' => $address,
        ]);
        return Authentication::from($this->transport->send(Kind::Once, 'POST', '/authentications', $body), $method);
    }

    /**
     * Has the service check a result and use it up. Also tells whether person and resource still have access.
     *
     * @param string|null $nonce the one that this visitor's session held
     * @param list<array{label: string, value: string}>|string|Confirmation $transaction as for `Verifier::verifyResult`
     * @param string|Demand $origin the origin of your page. Always name it: a resource with several origins, or with
     *     native apps, requires it
     * @param bool $app a native app of yours got the result by its code
     * @throws RequestRefused `RESULT_INVALID`, `RESULT_ORIGIN`, `RESULT_USED`, `RESULT_REVOKED`, ...
     * @throws ResultRefused when the session has no sign-in under way, or the answer is of another one
     * @throws ServiceUnreachable
     */
    public function consumeResult(
        #[\SensitiveParameter]
        string $result,
        string $resource,
        ?string $nonce,
        array|string|Confirmation $transaction = Confirmation::None,
        bool $acceptTest = false,
        string|Demand $origin = Demand::None,
        bool $app = false,
    ): ResultClaims {
        $hash = $transaction instanceof Confirmation ? null : Transaction::hashOf($transaction);
        $page = $origin instanceof Demand ? null : $origin;
        if ($nonce === null || $nonce === '') {
            throw new ResultRefused('RESULT_NONCE_WRONG', 'This session has no sign-in under way.');
        }
        $body = self::given([
            'result' => $result,
            'resource' => $resource,
            'nonce' => $nonce,
            'origin' => $page,
            'app' => $app ? true : null,
            'transaction' => $hash,
            'acceptTest' => $acceptTest ? true : null,
        ]);
        $answer = $this->transport->send(Kind::Once, 'POST', '/results/consume', $body);
        $expected = new Expected($nonce, origin: $page, transaction: $hash, acceptTest: $acceptTest, app: $app);
        return ClaimsCheck::consumed($answer->members(), $resource, $expected);
    }

    /**
     * Lets the widget ask a person whom you already know for the one-time password alone, or, with `acr`, `maxAgeMs` or
     * `previous`, for whatever the result still lacks. Never repeated by itself.
     *
     * @param string $user id or any of the user's names
     * @param string $nonce from `Nonce::create`, kept in this visitor's session
     * @param bool|null $passwordChecked whether your site has checked a password. Not together with the three below
     * @param '1'|'2'|null $acr how many factors the result has to stand for, all of them checked by the service
     * @param int|null $maxAgeMs no factor may have been shown longer ago
     * @param string|null $previous the `jti` of an earlier result of this person, out of their own session, that was
     *     consumed
     * @throws CountersignException `LEVEL_UNREACHABLE` where the person cannot show that many factors, ...
     */
    public function createLoginRequest(
        string $user,
        string $resource,
        string $nonce,
        ?bool $passwordChecked = null,
        ?string $acr = null,
        ?int $maxAgeMs = null,
        ?string $previous = null,
    ): LoginRequest {
        $body = self::given([
            'user' => $user,
            'resource' => $resource,
            'nonce' => $nonce,
            'passwordChecked' => $passwordChecked,
            'acr' => $acr,
            'maxAgeMs' => $maxAgeMs,
            'previous' => $previous,
        ]);
        return LoginRequest::from($this->transport->send(Kind::Once, 'POST', '/login-requests', $body));
    }

    /**
     * Lets a person sign in on the service's own page, which posts the result to `redirectUri`. Never repeated by
     * itself.
     *
     * @param string $redirectUri one of the resource's `redirectUris`, letter by letter
     * @param string|null $user without one, the user types a name there. The rest as for `createLoginRequest`
     * @throws CountersignException `REDIRECT_URI_NOT_ALLOWED`, ...
     */
    public function createRedirect(
        string $resource,
        string $nonce,
        string $redirectUri,
        ?string $user = null,
        ?bool $passwordChecked = null,
        ?string $acr = null,
        ?int $maxAgeMs = null,
        ?string $previous = null,
    ): Redirect {
        $body = self::given([
            'resource' => $resource,
            'nonce' => $nonce,
            'redirectUri' => $redirectUri,
            'user' => $user,
            'passwordChecked' => $passwordChecked,
            'acr' => $acr,
            'maxAgeMs' => $maxAgeMs,
            'previous' => $previous,
        ]);
        return Redirect::from($this->transport->send(Kind::Once, 'POST', '/login-requests', $body));
    }

    /**
     * Asks a person to confirm what you are about to do: the widget shows the fields, and its result is bound to them.
     * Each call is one more that the person may be asked, so it is never repeated by itself.
     *
     * @param string $user id or any name of the person, as your own session knows it
     * @param list<array{label: string, value: string}> $fields what they see and confirm, in this order: 1 to 12. The
     *     first is shown largest
     * @param list<string>|null $factors kinds of tokens that may confirm it. Left out: all that can
     * @throws CountersignException `TRANSACTION_INVALID`, `SIGNING_TOKEN_MISSING`, `TOKEN_LOCKED`, `RATE_LIMITED`, ...
     */
    public function createTransaction(
        string $user,
        string $resource,
        string $nonce,
        array $fields,
        ?array $factors = null,
    ): TransactionRequest {
        $hash = Transaction::hash($fields);
        $body = self::given([
            'user' => $user,
            'resource' => $resource,
            'nonce' => $nonce,
            'fields' => $fields,
            'factors' => $factors,
        ]);
        $made = TransactionRequest::from($this->transport->send(Kind::Once, 'POST', '/transactions', $body));
        // What the person is shown is what the service has: it must be what was asked for.
        return $made->transaction === $hash ? $made : throw Answer::unexpected('the transaction of these fields');
    }

    /**
     * Sends a code to the user by text message or email, or creates a question for their device, for `authenticate` on
     * the same resource. Call it after your site has checked a password. It is never retried.
     *
     * @param string|null $user id or any name of the person
     * @param string|null $token one of the person's; with no user, one that the resource takes directly
     * @param string|null $kind `ocra`, `sms` or `email`
     * @param string|null $language a BCP 47 tag
     * @param string|null $address the person's, as your server saw it
     * @throws CountersignException `CODE_NOT_SENT`, `CODE_LIMIT`, `TOKEN_NOT_FOUND`, `TOKEN_LOCKED`, ...
     */
    public function createChallenge(
        string $resource,
        ?string $user = null,
        ?string $token = null,
        ?string $kind = null,
        ?string $language = null,
        ?string $address = null,
    ): Challenge {
        $body = self::given([
            'resource' => $resource,
            'user' => $user,
            'token' => $token,
            'kind' => $kind,
            'language' => $language,
            'address' => $address,
        ]);
        return Challenge::from($this->transport->send(Kind::Once, 'POST', '/challenges', $body));
    }

    /**
     * How far a browser matches those of a person.
     *
     * @param array<string, mixed> $environment `language`, `zone`, `screen`, `colourDepth`, `userAgent`, as far as you
     *     know them
     * @throws CountersignException
     */
    public function checkEnvironment(string $user, string $resource, array $environment): EnvironmentMatch
    {
        $body = ['user' => $user, 'resource' => $resource, 'environment' => (object) $environment];
        return EnvironmentMatch::from($this->transport->send(Kind::Read, 'POST', '/environment/check', $body));
    }

    /**
     * Remembers a browser of a person who has just signed in. Without a resource it counts on all of them.
     *
     * @param array<string, mixed> $environment
     * @throws CountersignException
     */
    public function saveEnvironment(string $user, array $environment, ?string $resource = null): void
    {
        $body = self::given(['user' => $user, 'environment' => (object) $environment, 'resource' => $resource]);
        $this->transport->send(Kind::Once, 'POST', '/environment', $body);
    }

    /**
     * What would be decided about a sign-in with everything right, and by which check. Needs no secrets, counts
     * nothing.
     *
     * @param string|null $method of a user: `password`, `otp`, `password-otp`, or `widget`, which it is without one
     * @param string|null $token instead of a user
     * @param int|null $at in milliseconds since 1970
     * @throws CountersignException
     */
    public function explain(
        string $resource,
        ?string $user = null,
        ?string $method = null,
        ?string $token = null,
        ?string $address = null,
        ?int $at = null,
    ): Explanation {
        $body = self::given([
            'resource' => $resource,
            'user' => $user,
            'method' => $method,
            'token' => $token,
            'address' => $address,
            'at' => $at,
        ]);
        return Explanation::from($this->transport->send(Kind::Read, 'POST', '/explain', $body));
    }

    /**
     * What is still to do until the first person can sign in.
     *
     * @throws CountersignException
     */
    public function checklist(): Checklist
    {
        return Checklist::from($this->transport->send(Kind::Read, 'GET', '/checklist'));
    }

    /**
     * Without what was not given.
     *
     * @param array<string, mixed> $body
     * @return array<string, mixed>
     */
    private static function given(#[\SensitiveParameter] array $body): array
    {
        return array_filter($body, static fn (mixed $value) => $value !== null);
    }

    /**
     * The characters of a bearer token (RFC 6750 2.1): anything else could end the header and begin another.
     *
     * @return Secret<string>
     */
    private static function parseApiKey(#[\SensitiveParameter] string $text): Secret
    {
        if (preg_match('~\A[A-Za-z0-9._\~+/=-]{8,512}\z~', $text) !== 1) {
            throw Options::invalid('"apiKey" must be an API key of the service.');
        }
        return new Secret($text);
    }
}
