<?php

declare(strict_types=1);

namespace Countersign;

use Countersign\Exception\OptionInvalid;
use Countersign\Exception\RequestRefused;
use Countersign\Exception\ResultRefused;
use Countersign\Exception\ServiceUnreachable;
use Countersign\Http\CurlHttpClient;
use Countersign\Http\HttpClient;
use Countersign\Keys\KeyCache;
use Countersign\Keys\KeySet;
use Countersign\Keys\MemoryKeyCache;
use Countersign\Result\ClaimsCheck;
use Countersign\Result\CompactJws;
use Countersign\Result\Expected;

/** Says who signed in, from a signed result and without asking the service. */
final class Verifier
{
    /** The `typ` header of a result; anything else is not a result (RFC 8725 3.11). */
    public const RESULT_TYP = 'countersign-result+jwt';
    /** The `typ` of what a test resource gives. */
    public const TEST_RESULT_TYP = 'countersign-test-result+jwt';

    /** Parameters that bring a key along, point to one, or change what is signed or how the payload is read. */
    private const REFUSED_PARAMETERS
        = ['jwk', 'jku', 'x5u', 'x5c', 'x5t', 'x5t#S256', 'crit', 'b64', 'enc', 'zip', 'cty'];

    private readonly KeySet $keys;
    private readonly ClaimsCheck $claims;
    private readonly Clock $clock;
    /** @var list<ResultAlgorithm> */
    private readonly array $algorithms;

    /**
     * @param string $issuer the service's public URL, as its results name it in `iss`
     * @param string $resource the id of your resource (`res_...`)
     * @param KeyCache|null $keyCache where the public keys are kept. Without one they are fetched in every process,
     *     which under PHP-FPM is every request: give it a `FileKeyCache`
     * @param list<ResultAlgorithm> $algorithms which signatures to accept
     * @param string|null $jwksUrl where the public keys are; otherwise `/.well-known/jwks.json` under the issuer
     * @param int $clockToleranceS by how much the two clocks may differ. At most 300
     * @param int $maxLifetimeS the longest life a result may claim. At most 300, which is the most that a resource can
     *     be set to
     * @param int $jwksCacheMs how long fetched keys serve
     * @param int $jwksMaxStaleMs how much longer they serve while the service does not answer
     * @param int $jwksCooldownMs at most one fetch in this time for unknown keys
     * @throws OptionInvalid `OPTION_INVALID`, naming the option
     */
    public function __construct(
        string $issuer,
        string $resource,
        ?KeyCache $keyCache = null,
        array $algorithms = [ResultAlgorithm::ES256, ResultAlgorithm::EdDSA],
        ?string $jwksUrl = null,
        int $clockToleranceS = 30,
        int $maxLifetimeS = 300,
        int $jwksCacheMs = 600_000,
        int $jwksMaxStaleMs = 3_600_000,
        int $jwksCooldownMs = 30_000,
        int $jwksTimeoutMs = 5000,
        ?HttpClient $http = null,
        ?Clock $clock = null,
    ) {
        $issuer = Options::serviceUrl('issuer', $issuer);
        if ($resource === '') {
            throw Options::invalid('"resource" must be the id of your resource.');
        }
        $this->algorithms = self::parseAlgorithms($algorithms);
        $this->clock = $clock ?? new SystemClock();
        $this->claims = new ClaimsCheck(
            $issuer,
            $resource,
            Options::within('clockToleranceS', $clockToleranceS, 0, 300),
            Options::within('maxLifetimeS', $maxLifetimeS, 1, 300),
        );
        $this->keys = new KeySet(
            $jwksUrl === null ? "{$issuer}/.well-known/jwks.json" : Options::serviceUrl('jwksUrl', $jwksUrl),
            $http ?? new CurlHttpClient(),
            $this->clock,
            $keyCache ?? new MemoryKeyCache(),
            Options::within('jwksCacheMs', $jwksCacheMs, 0, 86_400_000),
            Options::within('jwksMaxStaleMs', $jwksMaxStaleMs, 0, 86_400_000),
            Options::within('jwksCooldownMs', $jwksCooldownMs, 1000, 3_600_000),
            Options::within('jwksTimeoutMs', $jwksTimeoutMs, 1, 60_000),
        );
    }

    /**
     * Who signed in, if this is a result of the service for your resource and for this visitor's sign-in.
     *
     * Offline: no request is made but for the public keys, once in a while. It does not know whether the result was
     * used before. So take the nonce out of the session before you call this (then it serves once), or have the service
     * consume the result (`Client::consumeResult`).
     *
     * A demand is left out by leaving its name out: null was lost on the way, and is a type error.
     *
     * @param mixed $jwt what the widget gave to the page: anything else than a string is refused
     * @param string|null $nonce the one that this visitor's session held: without it a stolen result signs its thief in
     * @param string|Demand $origin the origin of your page, such as `https://shop.example`
     * @param bool $requireOtp refuse unless a one-time password was checked: neither left out nor skipped
     * @param '1'|'2'|Demand $acr refuse fewer factors than this
     * @param list<array{label: string, value: string}>|string|Confirmation $transaction what the person should have
     *     confirmed, from your own records and never from the request: the fields, or their hash. A result that
     *     confirms anything else is refused, as is one of a sign-in. Left out, one that confirms something is
     * @param int|Demand $maxAgeMs refuse a result any of whose factors was shown longer ago than this
     * @param bool $acceptTest take the results of a test resource too, with which no user has signed in. Never in
     *     production
     * @param bool $app a native app of yours got the result by its code, and no page. Neither stands for the other
     * @throws ResultRefused with one of the `RESULT_...` codes
     * @throws ServiceUnreachable `JWKS_UNAVAILABLE`: the public keys cannot be fetched. Worth trying again
     * @throws RequestRefused `TRANSACTION_INVALID`
     */
    public function verifyResult(
        #[\SensitiveParameter]
        mixed $jwt,
        ?string $nonce,
        string|Demand $origin = Demand::None,
        bool $requireOtp = false,
        string|Demand $acr = Demand::None,
        array|string|Confirmation $transaction = Confirmation::None,
        int|Demand $maxAgeMs = Demand::None,
        bool $acceptTest = false,
        bool $app = false,
    ): ResultClaims {
        $hash = $transaction instanceof Confirmation ? null : Transaction::hashOf($transaction);
        $expected = new Expected(
            $nonce,
            $origin instanceof Demand ? null : $origin,
            $requireOtp,
            $acr instanceof Demand ? null : $acr,
            $hash,
            $maxAgeMs instanceof Demand ? null : $maxAgeMs,
            $acceptTest,
            $app,
        );
        $jws = CompactJws::parse($jwt);
        $isTest = self::checkType($jws->header['typ'] ?? null, $acceptTest);
        $algorithm = $this->checkHeader($jws->header);
        $key = $this->keys->find(self::keyName($jws->header))
            ?? throw new ResultRefused('RESULT_KEY_UNKNOWN', 'The service publishes no key of that name.');
        if ($key->algorithm !== $algorithm) {
            throw new ResultRefused('RESULT_ALGORITHM_REFUSED', 'That key signs with another algorithm.');
        }
        if (!$key->hasSigned($jws->signed, $jws->signature)) {
            throw new ResultRefused('RESULT_SIGNATURE_WRONG', 'The signature is not right.');
        }
        $payload = CompactJws::parseObject($jws->payload, 'payload');
        $claims = $this->claims->check($payload, $expected, intdiv($this->clock->nowMs(), 1000));
        if ($claims->test !== $isTest) {
            throw new ResultRefused(
                'RESULT_CLAIMS_INVALID',
                'Header and claims do not agree on whether it is a test.',
            );
        }
        return $claims;
    }

    private static function checkType(mixed $typ, bool $acceptTest): bool
    {
        $isTest = $typ === self::TEST_RESULT_TYP;
        if ($isTest && !$acceptTest) {
            throw new ResultRefused('RESULT_TEST_REFUSED', 'The result comes from a test resource.');
        }
        if (!$isTest && $typ !== self::RESULT_TYP) {
            throw new ResultRefused('RESULT_TYP_WRONG', 'This is some other kind of token.');
        }
        return $isTest;
    }

    /**
     * The header chooses nothing: it only says which of the things we already accept it is (RFC 8725 3.1, 3.10).
     *
     * @param array<array-key, mixed> $header
     */
    private function checkHeader(array $header): ResultAlgorithm
    {
        $name = $header['alg'] ?? null;
        $algorithm = is_string($name) ? ResultAlgorithm::tryFrom($name) : null;
        if ($algorithm === null || !in_array($algorithm, $this->algorithms, true)) {
            throw new ResultRefused('RESULT_ALGORITHM_REFUSED', 'Its signature algorithm is not accepted.');
        }
        foreach (self::REFUSED_PARAMETERS as $parameter) {
            if (array_key_exists($parameter, $header)) {
                throw new ResultRefused('RESULT_HEADER_REFUSED', "A result has no \"{$parameter}\" in its header.");
            }
        }
        return $algorithm;
    }

    /** @param array<array-key, mixed> $header */
    private static function keyName(array $header): string
    {
        $kid = $header['kid'] ?? null;
        if (!is_string($kid) || $kid === '') {
            throw new ResultRefused('RESULT_KEY_UNKNOWN', 'It does not name the key that signed it.');
        }
        return $kid;
    }

    /**
     * @param array<mixed> $algorithms
     * @return list<ResultAlgorithm>
     */
    private static function parseAlgorithms(array $algorithms): array
    {
        $known = array_filter($algorithms, static fn (mixed $one) => $one instanceof ResultAlgorithm);
        if ($algorithms === [] || count($known) !== count($algorithms)) {
            throw Options::invalid('"algorithms" must list some of ResultAlgorithm.');
        }
        return array_values($known);
    }
}
