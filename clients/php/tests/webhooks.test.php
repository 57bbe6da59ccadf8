<?php

declare(strict_types=1);

use Countersign\Webhook;
use Countersign\WebhookEvent;

function webhookBody(array $case): string
{
    $body = $case['body'];
    return match (true) {
        is_string($body) => $body,
        isset($body['base64']) => base64_decode($body['base64'], true),
        default => $body['prefix'] . str_repeat($body['repeat'], $body['times']) . $body['suffix'],
    };
}

/** As a server hands them over: names that came twice have a list. */
function webhookHeaders(array $case): array
{
    $headers = [];
    foreach ($case['headers'] as ['name' => $name, 'value' => $value]) {
        $headers[$name] = isset($headers[$name]) ? [...(array) $headers[$name], $value] : $value;
    }
    return $headers;
}

function verifyWebhookCase(array $case, array $vectors): WebhookEvent
{
    $setup = array_merge($vectors['defaults'], $case['options'] ?? []);
    return Webhook::verify(
        webhookBody($case),
        webhookHeaders($case),
        $setup['secrets'],
        toleranceMs: $setup['toleranceMs'],
        clock: new FakeClock($setup['now']),
    );
}

$vectors = vectors('webhooks.json');

// SR-32
foreach ($vectors['cases'] as $case) {
    test("webhooks.json: {$case['name']}", static function () use ($case, $vectors): void {
        $unknown = array_diff(array_keys($case['options'] ?? []), ['secrets', 'now', 'toleranceMs']);
        same([], array_values($unknown), 'options that are not tried here:');
        if ($case['expect'] !== 'accept') {
            $refusal = refused($case['expect'], static fn () => verifyWebhookCase($case, $vectors));
            foreach ($vectors['defaults']['secrets'] as $secret) {
                lacks(substr($secret, 6), $refusal->getMessage());
            }
            return;
        }
        $event = verifyWebhookCase($case, $vectors);
        ksort($case['event']);
        $told = get_object_vars($event);
        ksort($told);
        same($case['event'], $told);
    });
}

test('webhooks.json: holds many hostile cases, of every kind', static function () use ($vectors): void {
    $hostile = array_filter($vectors['cases'], static fn (array $case) => $case['expect'] !== 'accept');
    same(true, count($hostile) > 100);
    same([], array_values(array_diff(Countersign\ErrorCodes::WEBHOOK, array_column($hostile, 'expect'))));
});

test('one secret may be given as a text, and a list of none is none', static function () use ($vectors): void {
    $case = $vectors['cases'][0];
    $verify = static fn (string|array $secret) => Webhook::verify(
        webhookBody($case),
        webhookHeaders($case),
        $secret,
        clock: new FakeClock($vectors['defaults']['now']),
    );
    same($case['event']['type'], $verify($vectors['defaults']['secrets'][0])->type);
    foreach (['', [], [null], [['whsec_']], 'whsec_'] as $none) {
        refused('OPTION_INVALID', static fn () => $verify($none));
    }
});

test('headers come as a PSR-7 request has them, too', static function () use ($vectors): void {
    $case = $vectors['cases'][0];
    $headers = array_map(static fn (string $value) => [$value], webhookHeaders($case));
    $secret = $vectors['defaults']['secrets'];
    $event = Webhook::verify(webhookBody($case), $headers, $secret, clock: new FakeClock($vectors['defaults']['now']));
    same($case['event']['id'], $event->id);
    foreach ([[], [['a']], [1], ['webhook-id']] as $other) {
        $verify = static fn () => Webhook::verify('{}', $other, $secret);
        refused('WEBHOOK_HEADERS_INVALID', $verify);
    }
});
