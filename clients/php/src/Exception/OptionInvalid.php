<?php

declare(strict_types=1);

namespace Countersign\Exception;

/** A setting of this library that cannot work: `OPTION_INVALID`. The message names it. */
final class OptionInvalid extends CountersignException
{
}
