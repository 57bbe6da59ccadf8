<?php

declare(strict_types=1);

namespace Countersign\Http;

/**
 * Sends one request. The library brings `CurlHttpClient`; write your own where requests have to go another way. It must
 * not follow redirects, which would carry credentials elsewhere, and must not send anything twice.
 */
interface HttpClient
{
    /** @throws HttpFailure when there is no answer */
    public function send(HttpRequest $request): HttpResponse;
}
