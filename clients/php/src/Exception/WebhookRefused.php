<?php

declare(strict_types=1);

namespace Countersign\Exception;

/** No message of the service to this webhook. The codes begin with `WEBHOOK_`. Answer 400 then. */
final class WebhookRefused extends CountersignException
{
}
