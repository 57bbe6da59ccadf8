<?php

declare(strict_types=1);

namespace Countersign\Exception;

/** A result that signs no one in. The codes begin with `RESULT_`. */
final class ResultRefused extends CountersignException
{
}
