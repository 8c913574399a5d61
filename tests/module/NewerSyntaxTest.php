<?php
/* The check of PHP 7.1's syntax finds what it is for, and nothing else. */

use PHPUnit\Framework\TestCase;

final class NewerSyntaxTest extends TestCase
{
    /** @testWith ["$a = fn($x) => $x;", "arrow function"]
     *           ["$a = match($x) { 1 => 2 };", "match"]
     *           ["$a?->b();", "?->"]
     *           ["$a ??= 1;", "??="]
     *           ["f($a, $b,);", "comma after the last argument"]
     *           ["class A { private int $x; }", "typed property"]
     *           ["class A { public static ?int $x; }", "typed property"]
     *           ["class A { function __construct(private $x) {} }", "property in the constructor's parameters"]
     *           ["function f(): mixed { }", "type mixed"]
     *           ["function f(A|B $x) { }", "union type"]
     *           ["$a = [...$b];", "spread in an array"]
     *           ["$a = 1_000;", "digits with underscores"]
     *           ["try { } catch (Exception) { }", "catch without a variable"]
     *           ["#[Attribute]\nclass A { }", "attribute"]
     *           ["$a = $b ?? throw new E();", "throw in an expression"]
     */
    public function testFinds($code, $what)
    {
        $this->assertStringStartsWith($what . ', line', implode(';', NewerSyntax::in("<?php\n" . $code)));
    }

    /** @testWith ["class A { const X = 1; private $x = [1, 2,]; public static function f(?int $x = null, array $y = []): ?string { return f(1, [2,]); } }"]
     *           ["$a = array(1, 2,); list($b, ) = $a; [$c] = $a; $d = $a | $b; $e = $b ?? $c; function g(): void { } f(...$a);"]
     *           ["try { } catch (A | B $e) { }"]
     */
    public function testLeavesAlone($code)
    {
        $this->assertSame([], NewerSyntax::in("<?php\n" . $code));
    }

    public function testFindsCalls()
    {
        $code = '<?php str_contains($a, \strlen($b)); $x->md5(1); A::f(2); new B(3); function g() { }';
        $this->assertSame(['str_contains', 'strlen'], NewerSyntax::calls($code));
    }
}
