<?php
/* NewerSyntax - finds in PHP's tokens what PHP 7.1 would not compile. The tests run on a newer PHP, whose own check lets all of it pass. */

final class NewerSyntax
{
    const TOKENS = [
        'T_FN' => 'arrow function', 'T_MATCH' => 'match', 'T_ENUM' => 'enum', 'T_READONLY' => 'readonly', 'T_ATTRIBUTE' => 'attribute',
        'T_NULLSAFE_OBJECT_OPERATOR' => '?->', 'T_COALESCE_EQUAL' => '??=',
        'T_AMPERSAND_NOT_FOLLOWED_BY_VAR_OR_VARARG' => null, 'T_AMPERSAND_FOLLOWED_BY_VAR_OR_VARARG' => null,
    ];
    /** Types of parameters and results that came later. */
    const TYPES = ['object', 'mixed', 'never', 'static', 'false', 'null', 'true'];

    /** @return string[] what it found, with its line */
    public static function in($code)
    {
        $tokens = self::tokens($code);
        $found = [];
        foreach ($tokens as $i => list($name, $text, $line)) {
            $what = self::at($tokens, $i);
            if ($what !== null) {
                $found[] = "$what, line $line";
            }
        }

        return $found;
    }

    /** @return string[] functions that are called */
    public static function calls($code)
    {
        $tokens = self::tokens($code);
        $calls = [];
        foreach ($tokens as $i => list($name, $text)) {
            $isName = $name === 'T_STRING' || $name === 'T_NAME_FULLY_QUALIFIED' || $name === 'T_EVAL';
            $before = $i > 0 ? $tokens[$i - 1][1] : '';
            if ($isName && self::text($tokens, $i + 1) === '(' && !in_array($before, ['->', '::', 'function', 'new'], true)) {
                $calls[] = strtolower(ltrim($text, '\\'));
            }
        }

        return array_values(array_unique($calls));
    }

    private static function at(array $tokens, $i)
    {
        list($name, $text) = $tokens[$i];
        $next = self::text($tokens, $i + 1);
        if (!empty(self::TOKENS[$name])) {
            return self::TOKENS[$name];
        }
        if ($text === ',' && $next === ')' && !self::isInArrayOrList($tokens, $i)) {
            return 'comma after the last argument';
        }
        if (in_array($text, ['public', 'protected', 'private'], true)) {
            return self::ofMember($tokens, $i);
        }
        if ($text === ':' && self::text($tokens, $i - 1) === ')' && self::isType($tokens, $i + 1)) {
            return 'type ' . $next;
        }
        if ($text === '...' && self::text($tokens, $i - 1) === '[') {
            return 'spread in an array';
        }
        if ($name === 'T_LNUMBER' && strpos($text, '_') !== false) {
            return 'digits with underscores';
        }
        if ($text === 'throw' && in_array(self::text($tokens, $i - 1), ['??', '?', ':', '=>', '('], true)) {
            return 'throw in an expression';
        }
        if ($name === 'T_START_HEREDOC') {
            return self::ofHeredoc($tokens, $i);
        }
        if ($text === 'catch' && self::catchesNothing($tokens, $i)) {
            return 'catch without a variable';
        }

        return $text === '|' && self::isUnion($tokens, $i) ? 'union type' : null;
    }

    /** A property with a type; a constructor's parameter that is a property. */
    private static function ofMember(array $tokens, $i)
    {
        $words = [];
        for ($k = $i + 1; isset($tokens[$k]) && count($words) < 4; ++$k) {
            if (in_array($tokens[$k][1], ['function', 'const', '(', ';', '='], true)) {
                break;
            }
            $words[] = $tokens[$k];
        }
        $isProperty = (bool) array_filter($words, function ($word) {
            return $word[0] === 'T_VARIABLE';
        });
        if (!$isProperty) {
            return null;
        }
        if (in_array(self::text($tokens, $i - 1), ['(', ','], true)) {
            return 'property in the constructor\'s parameters';
        }

        return $words[0][1] === 'static' ? (isset($words[1]) && $words[1][0] !== 'T_VARIABLE' ? 'typed property' : null)
            : ($words[0][0] !== 'T_VARIABLE' ? 'typed property' : null);
    }

    private static function isType(array $tokens, $i)
    {
        $text = strtolower(self::text($tokens, $i));

        return in_array($text, self::TYPES, true) && self::text($tokens, $i + 1) === '{';
    }

    /** "A|B $x" where a parameter begins; not the operator. */
    private static function isUnion(array $tokens, $i)
    {
        return in_array($tokens[$i - 1][0], ['T_STRING', 'T_ARRAY'], true)
            && in_array(isset($tokens[$i + 1]) ? $tokens[$i + 1][0] : '', ['T_STRING', 'T_ARRAY'], true)
            && isset($tokens[$i + 2]) && $tokens[$i + 2][0] === 'T_VARIABLE'
            && in_array(self::text($tokens, $i - 2), ['(', ','], true) && self::text($tokens, $i - 3) !== 'catch';
    }

    private static function catchesNothing(array $tokens, $i)
    {
        for ($k = $i + 1; isset($tokens[$k]) && $tokens[$k][1] !== ')'; ++$k) {
            if ($tokens[$k][0] === 'T_VARIABLE') {
                return false;
            }
        }

        return true;
    }

    private static function ofHeredoc(array $tokens, $i)
    {
        for ($k = $i; isset($tokens[$k]); ++$k) {
            if ($tokens[$k][0] === 'T_END_HEREDOC') {
                return $tokens[$k][1] !== ltrim($tokens[$k][1]) ? 'heredoc with an indented end' : null;
            }
        }

        return null;
    }

    /** Is the bracket that closes here one of array( or list(? There such a comma was always right. */
    private static function isInArrayOrList(array $tokens, $i)
    {
        $depth = 0;
        for ($k = $i; $k >= 0; --$k) {
            $text = $tokens[$k][1];
            $depth += in_array($text, [')', ']', '}'], true) ? 1 : 0;
            if (in_array($text, ['(', '[', '{'], true) && $depth-- === 0) {
                return in_array(strtolower(self::text($tokens, $k - 1)), ['array', 'list'], true);
            }
        }

        return false;
    }

    private static function text(array $tokens, $i)
    {
        return isset($tokens[$i]) ? $tokens[$i][1] : '';
    }

    /** Name, text and line, without white space and comments. */
    private static function tokens($code)
    {
        $tokens = [];
        $line = 1;
        foreach (token_get_all($code) as $token) {
            $line = is_array($token) ? $token[2] : $line;
            $name = is_array($token) ? token_name($token[0]) : '';
            if (!in_array($name, ['T_WHITESPACE', 'T_COMMENT', 'T_DOC_COMMENT'], true)) {
                $tokens[] = [$name, is_array($token) ? $token[1] : $token, $line];
            }
        }

        return $tokens;
    }
}
