<?php

/**
 * A client of the Protectimus API as published libraries for PHP behave. PHP's own extensions alone.
 *
 * Reads one request as JSON a line from standard input, and writes what a caller of such a library would get as JSON a
 * line: {"response": ...}, or {"code": ..., "message": ...} where the library would throw.
 */

declare(strict_types=1);

const LISTS = ['resources', 'tokens', 'users'];

final class ProtectimusException extends Exception
{
}

function hourlyPassword(string $key, int $now, bool $upper): string
{
    $digest = hash('sha256', $key . ':' . gmdate('Ymd:H', $now));
    return $upper ? strtoupper($digest) : $digest;
}

function written(mixed $value): string
{
    return match (true) {
        $value === null => '',
        is_bool($value) => $value ? 'true' : 'false',
        // A list as one field, with commas.
        is_array($value) => implode(',', array_map('written', $value)),
        default => (string) $value,
    };
}

/** A field for every parameter, empty where there is nothing. */
function encoded(object $parameters): string
{
    return http_build_query(array_map('written', get_object_vars($parameters)));
}

function content(SimpleXMLElement $element): mixed
{
    $inner = iterator_to_array($element->children(), false);
    if (in_array($element->getName(), LISTS, true)) {
        return array_map('content', $inner);
    }
    if ($inner === [] && $element->getName() !== 'response') {
        return (string) $element;
    }
    $object = new stdClass();
    foreach ($inner as $one) {
        $object->{$one->getName()} = content($one);
    }
    return $object;
}

function holderOf(string $text, bool $isXml): object
{
    if (!$isXml) {
        return json_decode($text, false, 32, JSON_THROW_ON_ERROR)->responseHolder;
    }
    $root = new SimpleXMLElement($text, LIBXML_NONET);
    if ($root->getName() !== 'responseHolder') {
        throw new RuntimeException('no responseHolder');
    }
    return content($root);
}

function ask(object $request): mixed
{
    $suffix = $request->format === null ? '' : '.' . $request->format;
    $version = $request->version === null ? '' : '/' . $request->version;
    $url = "{$request->base}/api{$version}/{$request->path}{$suffix}";
    $data = encoded($request->parameters);
    $hasBody = in_array($request->method, ['POST', 'PUT'], true);
    if (!$hasBody && $data !== '') {
        $url .= '?' . $data;
    }
    $password = hourlyPassword($request->key, $request->now, $request->upper);
    $headers = ['Authorization: Basic ' . base64_encode("{$request->login}:{$password}"), 'Connection: close'];
    if ($hasBody) {
        $headers[] = 'Content-Type: application/x-www-form-urlencoded';
    }
    $context = stream_context_create(['http' => [
        'method' => $request->method,
        'header' => $headers,
        'ignore_errors' => true,
        'timeout' => 30,
        ...($hasBody ? ['content' => $data] : []),
    ]]);
    $stream = fopen($url, 'r', false, $context);
    if ($stream === false) {
        throw new ProtectimusException('no answer', 9001);
    }
    $text = stream_get_contents($stream);
    $lines = stream_get_meta_data($stream)['wrapper_data'];
    fclose($stream);
    if (!preg_match('#^HTTP/1\.[01] 200#', $lines[0])) {
        throw new ProtectimusException($lines[0], 9001);
    }
    $isXml = preg_grep('#^content-type:.*xml#i', $lines) !== [];
    $holder = holderOf($text, $isXml);
    if ($holder->status === 'OK') {
        return $holder->response;
    }
    throw new ProtectimusException($holder->error->message, (int) $holder->error->code);
}

while (($line = fgets(STDIN)) !== false) {
    try {
        $said = ['response' => ask(json_decode($line, false, 32, JSON_THROW_ON_ERROR))];
    } catch (ProtectimusException $exception) {
        $said = ['code' => $exception->getCode(), 'message' => $exception->getMessage()];
    }
    fwrite(STDOUT, json_encode($said, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE) . "\n");
}
