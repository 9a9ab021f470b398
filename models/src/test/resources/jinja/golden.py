"""Writes golden.jsonl: what Jinja2 3.1.6, set up by transformers, makes of the templates below.

    pip install jinja2==3.1.6 transformers==5.24.0
    python golden.py

Each line is {"template": …, "text": …} or {"template": …, "error": "Type: message"}; all are rendered with CONTEXT.
"""
import datetime as real
import json

import transformers.utils.chat_template_utils as utils


class FixedTime(real.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 1, 15, 12, 0, 0)


utils.datetime = FixedTime

CONTEXT = {
    "n": 3, "big": 123456789012345678901234567890, "f": 2.5, "t": True, "z": None, "s": "Hello World", "e": "",
    "u": "é日本😀x", "q": "it's \"q\"\n\\", "h": "<b>&amp;'x'</b>", "ws": "  a b\t\n c  ", "l": [3, 1, 2],
    "words": ["b", "A", "c", "a", "B"], "m": {"b": 1, "a": {"c": [10, 20]}, "items": 5, "get": "g"},
    "users": [{"name": "Bob", "age": 5, "city": "Rome"}, {"name": "ann", "age": 3, "city": "rome"},
              {"name": "Cy", "age": 5}],
    "deep": [1, [2, [3, [4]]]], "empty": [], "nd": {}, "neg": -7, "messages": [
        {"role": "system", "content": "sys"}, {"role": "user", "content": "hi"}, {"role": "assistant", "content": "yo"}],
    "tree": [{"v": 1, "k": [{"v": 2, "k": []}, {"v": 3, "k": [{"v": 4, "k": []}]}]}],
    "later": "given", "bos_token": "<s>",
}

EXPRESSIONS = r"""
1 + 2 * 3 ** 2
2 ** 3 ** 2
-2 ** 2
(-2) ** 2
2 ** -1
7 // 2
-7 // 2
7 // -2
-7 % 3
7 % -3
7.5 // 2
-7.5 % 2
7.5 % -2
0.0 // 5
-0.0
1 / 2
6 / 3
1 / 3
2 / 3 * 3
1e16
1e15
123456789.123
1e-5
0.0001
1.5e300 * 1e10
5e-324
1e22
1e23
9007199254740993 / 1
0.1 + 0.2
1_000 + 0x1F + 0b101 + 0o17
1_0.5
1.5E+3
100000000000000000000 // 3
10 ** 20
big * big
big + 1.0
big > 1e29
big == 123456789012345678901234567890.0
1 == 1.0
1 == true
true + true
true / 2
not 0
not ''
not []
not none
1 if e else 2
1 if 0
'x' ~ (1 if 0) ~ 'y'
(1 if 0).foo
e or 'd'
s and n
z or e or 0
n and z
0 or []
1 < 2 < 3
1 < 3 < 2
3 > 2 == 2
1 in [1] in [[1]]
2 not in l
not 2 in l
'a' not in 'abc'
'' in ''
3 in {3: 1}
true in [1]
1.0 in {1: 2}
z in [none]
'a' < 'b'
'a' < 'B'
[1, 2] < [1, 3]
(1, 'a') < (1, 'b')
[1] == (1,)
{'a': 1, 'b': 2} == {'b': 2, 'a': 1}
'a' < 1
none < 1
{} < {}
1 < 2.5
'' == false
0 == false
none == false
'1' == 1
n == 3 and f == 2.5 or undefinedthing
a ~ b ~ n ~ z ~ t
'a' ~ 1.0 ~ none ~ [1] ~ {'k': 'v'}
'a' 'b' "c"
'ab' * 3
3 * [1, 2]
(1,) * 2
'a' * -1
'a' * 1.5
[1] + [2]
(1,) + (2,)
[1] + (2,)
'a' + 1
1 + 'a'
'a' + none
'a' + l
l + 'a'
none + 1
{} + {}
1 - 'a'
'a' - 'b'
-'a'
-none
+true
-true
1 / 0
1 // 0
1 % 0
1.0 / 0
1.0 % 0
0 ** -1
10.0 ** 400
2 ** 0.5
2 ** 100
2.0 ** 3
7 // 0.5
n.real
f.is_integer()
n.bit_length()
s[0]
s[-1]
s[100]
s[1:3]
s[::-1]
s[::2]
s[-3:]
s[:-3]
s[10:2:-2]
u
u[3]
u[1:4]
u[::-1]
u|length
u|reverse
l[0]
l[-1]
l[5]
l['0']
l[1:]
l[::-1]
l[::0]
l[1:'a']
l[none:none]
l[true]
l.0
l.1.real
m.b
m['b']
m.a.c[1]
m['a']['c'][-1]
m.nope
m.nope.x
m['nope']['x']
m.items
m['items']
m.items()|list
m.get
m['get']
m.get('b')
m.get('zz')
m.get('zz', 7)
m.keys()
m.values()
m.keys()|list
m.items()
m.copy()
m.items()[0]
m.keys()|first
m.keys()|last
m.items()|last
m.items()|length
m[[1]]
m[(1, [2])]
m[none]
n[0]
n.x
none.x
none[0]
z.x.y
undefinedthing
undefinedthing.x
undefinedthing['x']
undefinedthing[1:2]
undefinedthing()
undefinedthing + 1
1 + undefinedthing
'a' + undefinedthing
-undefinedthing
undefinedthing < 1
1 > undefinedthing
undefinedthing == undefinedthing
undefinedthing == none
undefinedthing != 1
undefinedthing in [1]
undefinedthing in 'abc'
1 in undefinedthing
undefinedthing|length
undefinedthing|list
undefinedthing|upper
undefinedthing|int
undefinedthing|float
undefinedthing|tojson
undefinedthing|first
undefinedthing|join(',')
undefinedthing|default('d')
undefinedthing|abs
undefinedthing|items|list
undefinedthing|dictsort
undefinedthing|sum
undefinedthing|sort
undefinedthing|map('upper')|list
undefinedthing|replace('a', 'b')
undefinedthing|round
undefinedthing * 2
'%s' % undefinedthing
'%d' % undefinedthing
[undefinedthing]
{'a': undefinedthing}
undefinedthing is iterable
undefinedthing is sequence
undefinedthing is mapping
undefinedthing is callable
undefinedthing is string
undefinedthing is odd
undefinedthing is none
m.nope|string
1 in n
1 in none
'a' in n
1 in 'a'
none in 'a'
[] in {}
t
z
f
1.0
100.0
1e100
[1, 'a', none, true, 1.5, {'k': (1,)}]
(1,)
()
(1, 2)
{}
{1: 2, 'a': [], none: {}}
{1: 'a', true: 'b', 1.0: 'c'}
q
[q]
['it\'s']
['"']
['\'"']
['\t\x00\x7f\u200b\xa0é']
['\ud7ff\U0001f600\U000e0001']
'\x41\u00e9\N{BULLET}\101\a'|list
'\é'
'\q'
'a\
b'
'\U00110000'
'\x4'
"\'"
range(3)
range(3)|list
range(1, 10, 3)|list
range(5, 0, -2)|list
range(0)
range(10)[2:5]
range(10)[-1]
range(3) == range(0, 3)
range(2, 1, 0)
range(100001)
range('a')
range(1.5)
range(3)|length
range(5).stop
range(5).index(3)
2 in range(3)
dict(a=1, b=2)
dict({'a': 1}, b=2)
dict([('a', 1), ['b', 2]])
dict([1])
dict('ab')
dict.fromkeys(['a', 'b'], 0)
dict(m)
namespace(a=1).a
namespace(a=1)['a']
namespace(a=1).b
namespace({'a': 1}, b=2).b
namespace(_a=1)
namespace(a=1)
cycler('a', 'b').next()
cycler()
joiner()()
joiner('x')
raise_exception('boom')
raise_exception()
strftime_now('%d %b %Y %H:%M:%S %A %a %B %p %I %j %y %%')
strftime_now('%-d %e %F %T %U %W %w %u %C %G %V %x %X %c %D %R %h %n%t|%q')
strftime_now
s.upper
range is callable
dict is callable
s.upper()
s.lower()
s.title()
s.swapcase()
s.casefold()
'ß'.upper()
'ß'.title()
'ß'.casefold()
'ΑΣ'.lower()
'ΑΣ'.capitalize()
"they're bill's"|title
"they're bill's".title()
'foo-bar (baz) [qux] {x} <y>'|title
'hELLO wORLD'|capitalize
'hELLO wORLD'.capitalize()
''.capitalize()
''|title
ws.strip()
ws.lstrip()
ws.rstrip()
'xxaxx'.strip('x')
'xyax'.lstrip('yx')
'a.b.'.rstrip('.')
'a'.strip(none)
'a'.strip(1)
ws|trim
'xax'|trim('x')
5|trim
ws.split()
ws.split(none, 1)
ws.rsplit(none, 1)
'a,b,,c'.split(',')
'a,b,,c'.split(',', 1)
'a,b,,c'.rsplit(',', 1)
'a,b,,c'.rsplit(',')
'a,b'.split(sep=',', maxsplit=1)
'abc'.split('')
''.split()
''.split(',')
'a b'.split(maxsplit=0)
' a b '.rsplit(maxsplit=0)
'a\nb\r\nc\x0bd\u2028e\n'.splitlines()
'a\nb\n'.splitlines(true)
'a=b=c'.partition('=')
'a=b=c'.rpartition('=')
'abc'.partition('x')
'abc'.rpartition('x')
'aXbX'.replace('X', '-')
'aXbX'.replace('X', '-', 1)
'abc'.replace('', '-')
'abc'.replace('', '-', 2)
''.replace('', 'x')
'aaa'|replace('a', 'b', 2)
123|replace(2, 'x')
'a'|replace('a')
'hello'.startswith('he')
'hello'.startswith(('x', 'he'))
'hello'.startswith('l', 2)
'hello'.startswith('lo', 3, 5)
'hello'.startswith('', 6)
'hello'.startswith('', 5)
'hello'.endswith('lo')
'hello'.endswith(('x', 'y'))
'hello'.startswith(1)
'hello'.find('l')
'hello'.find('l', 3)
'hello'.find('z')
'hello'.rfind('l')
'hello'.index('l')
'hello'.index('z')
'hello'.count('l')
'aaaa'.count('aa')
'abc'.count('')
u.find('x')
'-'.join(['a', 'b'])
'-'.join([1])
'-'.join('abc')
'-'.join(m)
'a'.center(5)
'ab'.center(5, '*')
'ab'.center(7, '*')
'a'.ljust(3) ~ '|'
'a'.rjust(3, '.')
'a'.ljust(3, 'xx')
'42'.zfill(5)
'-42'.zfill(5)
'a\tb'.expandtabs()
'a\tbc\td'.expandtabs(4)
'prefix-x'.removeprefix('prefix-')
'x.txt'.removesuffix('.txt')
'abc'.isalpha()
'ab1'.isalnum()
'12'.isdigit()
'²'.isdigit()
'²'.isdecimal()
'½'.isnumeric()
'一'.isnumeric()
''.isdigit()
'ab'.islower()
'Ab'.islower()
'AB'.isupper()
'Ab Cd'.istitle()
'AB'.istitle()
' \n'.isspace()
'a_1'.isidentifier()
'1a'.isidentifier()
'a\x00'.isprintable()
'é'.isascii()
'a{}b{}'.format(1, 2)
'{0}{1}{0}'.format('a', 'b')
'{a}{b}'.format(a=1, b='x')
'{a[k]}'.format(a={'k': 5})
'{a.real}'.format(a=5)
'{0[1]}'.format([1, 2])
'{:>5}|{:<5}|{:^5}'.format('a', 'b', 'c')
'{:*^9}'.format('mid')
'{:5d}|{:05d}|{:+d}|{: d}'.format(42, 42, 42, 42)
'{:x} {:X} {:o} {:b} {:#x}'.format(255, 255, 8, 5, 255)
'{:,} {:_}'.format(1234567, 1234567)
'{:.2f} {:10.3f}|{:<10.1f}|'.format(3.14159, 2.5, 1.25)
'{:e} {:.3e} {:g} {:.3g}'.format(12345.678, 0.00012345, 1e20, 12345.678)
'{:%} {:.1%}'.format(0.25, 0.12345)
'{:,.2f}'.format(1234567.891)
'{:010.2f}'.format(-3.14159)
'{:.3}'.format('abcdef')
'{:.3}'.format(2.0)
'{!r} {!s} {!a}'.format('é', 'é', 'é')
'{{}}'.format()
'{'.format()
'}'.format()
'{}'.format()
'{x}'.format()
'{:{w}}'.format('a', w=5)
'{:d}'.format('a')
'{:s}'.format(1)
'{:c}'.format(65)
'{:n}'.format(1234)
'{}'.format([1, 'a'])
'{:>3}'.format([1])
'{} {0}'.format(1)
'{a}'.format_map({'a': 1})
'%s %s' % ('a', 1)
'%d' % 3.7
'%5d|%-5d|%05d|%+d|% d' % (1, 2, 3, 4, 5)
'%x %X %o %#x' % (255, 255, 8, 255)
'%.2f %10.3f %e %g' % (3.14159, 2.5, 12345.678, 1e20)
'%s' % none
'%r' % 'a'
'%(a)s %(b)d' % {'a': 'x', 'b': 2}
'%s'
'100%' % ()
'%%' % ()
'%s' % (1, 2)
'%s %s' % 'a'
'%d' % 'a'
'%s' % [1, 2]
'%c%c' % (65, 'b')
'%5.1s|' % 'abc'
'%*d' % (5, 42)
'%s' % {'a': 1}
'%y' % 1
'%s and %s'|format('a', 'b')
'%(x)s'|format(x=1)
l.count(1)
l.index(2)
l.index(9)
l.append(1)
l.append
l.append is defined
l.pop()
m.update({})
m.pop('b')
l.copy()
l.sort()
(1, 2, 1).count(1)
s.__class__
s.__class__.__mro__
m.__class__ is defined
s._private
s.nope()
n()
'a'()
s.upper(1)
s.split(1)
s.replace('a')
s.join()
m.get()
-5|abs
neg|abs
-2.5|abs
'a'|abs
'x'|attr('upper')
m|attr('b')
m|attr('items')
[1,2,3,4,5]|batch(2)|list
[1,2,3]|batch(2, 'x')|list
[1,2,3,4,5]|slice(2)|list
[1,2,3,4,5]|slice(3, 'x')|list
[1]|slice(0)|list
'a'|center(5)
'abc'|count
n|length
z|length
m|length
z|default('d')
z|default('d', true)
e|d('x', true)
0|default(1, boolean=true)
undefinedthing|default
m|dictsort
{'b': 1, 'A': 2, 'c': 0}|dictsort
{'b': 1, 'A': 2, 'c': 0}|dictsort(true)
{'b': 1, 'A': 2, 'c': 0}|dictsort(false, 'value')
{'b': 1, 'A': 2}|dictsort(reverse=true)
m|dictsort(by='x')
h|e
h|escape
h|escape|escape
h|forceescape
h|safe
h|e ~ '<'
h|e + '<'
'<' + h|e
(h|e).replace('b', '<')
h|e|upper
[h|e]
h|striptags
'<p>a  <b>b</b>\n c</p> &lt; &amp; &#65; <!-- x -->'|striptags
'<>'|e is escaped
'%s' % ('<'|e)
('<%s>'|e) % '<'
('<{}>'|safe).format('<')
('a,b'|safe).split(',')
('<'|safe).join(['<', '>'|safe])
1|filesizeformat
0|filesizeformat
999|filesizeformat
1000|filesizeformat
1500|filesizeformat
1000000|filesizeformat
123456789|filesizeformat(true)
1e30|filesizeformat
'2000'|filesizeformat
l|first
empty|first
''|first
m|first
l|last
empty|last
'abc'|last
l|map('string')|last
'3.7'|float
'x'|float
'x'|float(1.5)
none|float
true|float
' 1e3 '|float
'inf'|float
'nan'|float
'1_0'|float
'3'|int
'3.9'|int
3.9|int
-3.9|int
'x'|int
'x'|int(7)
'0x1F'|int(0, 16)
'1F'|int(base=16)
'0b11'|int(0, 2)
'077'|int(base=8)
'12'|int(base=0)
none|int
[]|int
' 42 '|int
'4_2'|int
'+5'|int
'1e3'|int
'inf'|int
'99999999999999999999'|int
users|groupby('city')|list
users|groupby('age')
users|groupby('age')|map(attribute='grouper')|list
users|groupby('city', default='none')|list
users|groupby('city', default='x', case_sensitive=true)|map('first')|list
users|selectattr('city')|groupby('city')|list
'a\nb\n\nc'|indent
'a\nb'|indent(2)
'a\nb'|indent(2, true)
'a\n\nb'|indent(2, blank=true)
'a\nb'|indent('> ')
'a\nb\n'|indent
5|indent
m|items|list
users[0]|items|map('join', '=')|join(';')
l|items|list
l|join
l|join(', ')
l|join(1)
users|join(', ', attribute='name')
'abc'|join('.')
n|join
words|join('<'|e)
users|map(attribute='name')|list
users|map(attribute='city')|list
users|map(attribute='city', default='x')|list
users|map(attribute='a.b')|list
deep|map(attribute='1.0')|list
[[1, 2], [3, 4]]|map(attribute=1)|list
[[1, 2], [3, 4]]|map(attribute='0')|list
words|map('upper')|list
words|map('replace', 'a', 'x')|join
words|map('nofilter')|list
words|map|list
l|map('abs')
words|map('upper')|length
words|map('upper') is iterable
words|map('upper') is sequence
z|map('upper')|list
n|map('upper')|list
words|max
words|min
words|max(true)
l|max
users|max(attribute='age')
empty|max
[1, 'a']|max
l|pprint
{'b': 1, 'a': [1, 2]}|pprint
'x'|pprint
users|pprint
(words * 6)|pprint
{'key': 'word ' * 30}|pprint
('word ' * 30)|pprint
[1, 2, 3, 4]|reject('odd')|list
[0, 1, '']|reject|list
[0, 1, '']|select|list
[1, 2, 3, 4]|select('divisibleby', 2)|list
[1, 2, 3]|select('>', 1)|list
[1, 2, 3]|select('in', [1, 3])|list
[1, 2, 3]|select('nope')|list
users|selectattr('city')|list
users|selectattr('age', 'eq', 5)|map(attribute='name')|list
users|selectattr('name', 'equalto', 'ann')|list
users|selectattr('city', 'defined')|map(attribute='name')|list
users|rejectattr('city', 'defined')|list
users|rejectattr('age', 'lt', 4)|map(attribute='name')|list
users|selectattr|list
(users|selectattr('age')) and 1
l|reverse
l|reverse|list
'abc'|reverse
m|reverse|list
n|reverse
(l|map('string'))|reverse
2.5|round
3.5|round
2.675|round(2)
2.5|round(0, 'ceil')
2.41|round(1, 'ceil')
2.49|round(1, 'floor')
5|round
15|round(-1)
25|round(-1)
1234.5|round(-2)
2.5|round|int
'a'|round
2.5|round(method='x')
2.5|round(none)
words|sort
words|sort(true)
words|sort(case_sensitive=true)
users|sort(attribute='age')|map(attribute='name')|list
users|sort(attribute='age,name')|map(attribute='name')|list
users|sort(attribute='city')
[1, 'a']|sort
[1, 2.5, true]|sort
m|sort
'cab'|sort
5|string
l|string
h|e|string
l|sum
users|sum(attribute='age')
[[1], [2]]|sum(start=[])
['a']|sum
[1.5, 2]|sum
['a']|sum(start='')
m|tojson
u|tojson
u|tojson(ensure_ascii=true)
m|tojson(indent=2)
m|tojson(2)
l|tojson(indent=0)
m|tojson(indent='\t')
m|tojson(separators=(',', ':'))
{'b': 1, 'a': 2}|tojson(sort_keys=true)
[1.0, 1e20, none, true, 'a"\\/\n\t\x01\x7f']|tojson
'\x7f\u2028é'|tojson(true)
{1: 'a', none: 'b', true: 'c', 1.5: 'd'}|tojson
{(1, 2): 3}|tojson
(1, 2)|tojson
[]|tojson(indent=2)
{'a': []}|tojson(indent=2)
h|e|tojson
range(3)|tojson
m.keys()|tojson
big|tojson
('nan'|float)|tojson
s.upper|tojson
m|tojson(indent=1, foo=2)
'foo bar baz qux'|truncate(9)
'foo bar baz qux'|truncate(9, true)
'foo bar baz qux'|truncate(11)
'foo bar baz qux'|truncate(11, false, '...', 0)
'foobarbaz'|truncate(3, leeway=0)
'foobarbaz'|truncate(2)
words|unique|list
words|unique(true)|list
users|unique(attribute='age')|map(attribute='name')|list
[1, 1.0, true, 'a']|unique|list
[[1]]|unique|list
s|upper
s|lower
5|upper
'a b&c/d?é'|urlencode
{'a': 'b c', 'd/': 1}|urlencode
[('a', 1), ('b', 'x y')]|urlencode
5|urlencode
'see http://example.com/a?b=c, (www.foo.org) me@x.com or <b>'|urlize
'see http://example.com/long/path'|urlize(10, true, target='_blank')
'x ftp://a.b'|urlize(extra_schemes=['ftp://'])
'a b, c-d. é'|wordcount
'Hello World this is a long-ish text'|wordwrap(10)
'aaaaaaaaaaaaaaa bb'|wordwrap(5)
'aaaaaaaaaaaaaaa bb'|wordwrap(5, false)
'a b\nc d e f'|wordwrap(3, wrapstring='|')
'well-known fact--indeed so'|wordwrap(6)
'a'|wordwrap(0)
{'class': 'a b', 'id': none, 'x': '<"'}|xmlattr
{'a': 1}|xmlattr(false)
{'a b': 1}|xmlattr
'a'|nofilter
'a' is notest
1 is odd
2 is even
3 is divisibleby 3
3 is divisibleby(2)
n is defined
nope is defined
nope is undefined
z is none
z is not none
t is boolean
1 is boolean
t is true
t is false
1 is true
1 is integer
true is integer
1.0 is float
1 is number
true is number
'1' is number
'a' is string
'a' is lower
'A' is upper
m is mapping
m is sequence
l is sequence
'a' is sequence
(1,) is sequence
n is sequence
'a' is iterable
n is iterable
m.items is callable
n is sameas n
1 is sameas 1
1 is sameas true
[] is sameas []
none is sameas none
'a' is escaped
1 is in [1, 2]
'a' is in 'abc'
1 is eq 1
1 is equalto(1.0)
1 is ne 2
2 is gt 1
2 is ge 2
1 is lt 2
1 is le 0
1 is lessthan 2
2 is greaterthan 3
'upper' is filter
'nofilter' is filter
'odd' is test
'notest' is test
'a' is odd
1 is divisibleby 0
not 1 is odd
not n is defined and t
n is defined and z is none or false
1 is not even
n + 1 is odd
-1|abs
-1.5|round
2 * 3|string ~ 'x'
'a' ~ 'b'|upper
1 if n is defined else 2
[1 if t else 2, 3]
{'a': 1}.a
{'a': 1}['a']
[1, 2, 3].index(2)
(1, 2)[0]
'a'.upper().lower()
'abc'[1].upper()
l|map('string')|join(',')|upper
s.split()[0]|lower
dict(**{'a': 1})
dict(*[[('a', 1)]])
range(*[1, 4])|list
dict(a=1, **{'a': 2})
dict(**l)
dict(*n)
'{}{}'.format(*l)
'{x}'.format(**{'x': 1})
(1, 2, 3)[1:]
[1, 2,]
{'a': 1,}
(1)
((1))
((1,),)
[[], [[]]]
loop
self
caller
{}.items()|list
m.a.c|sum
""" + "\n".join(["'\\n'.join(['a','b'])", "'a\\u0301'|length", "'a' if t else", "1 +", "(1", "[1", "{1}", "{1:", "a b", "'abc", "1a",
    "a..b", "a.'x'", "a[", "a[1:2:3:4]", "a[1,2]", "m[1:2, 3]", "f(a=1, 2)", "dict(a=1, a=2)", "a|", "a|1", "a is", "1 is is", "not", "@",
    "a ? b", "a && b", "$x", "a!", "a ; b", "!a", "1 is odd is even", "l[:]", "l[::]", "l[1:2,]", "{'a':1}}", "()()", "a if", "x = 1",
    "1 <> 2", "**m", "*l", "lambda: 1", "true.x", "None", "True", "False", "none|string", "-1 ** 2", "2 ** -2", "not not 1", "- - 1", "+-1",
    "1 - -1", "1--1", "a.b.c.d", "'a'.'b'", "1.real", "1.5.real", "1 .real", "00", "007", "0x", "1e", ".5", "5.", "1__0", "_", "__x",
    "é", "日本", "'a' in s not in l", "(l)[0]", "l [0]", "l . count (1)", "n|string|length|string"])

STATEMENTS = r"""
{% for x in l %}{{ x }},{% endfor %}
{% for x in l -%} {{ x }} {%- endfor %}
{% for x in empty %}a{% else %}none{% endfor %}
{% for x in l %}a{% else %}none{% endfor %}
{% for x in l %}{% continue %}{% else %}else{% endfor %}
{% for x in l %}{% break %}{% else %}else{% endfor %}
{% for x in l %}{% if loop.index == 2 %}{% break %}{% endif %}{{ x }}{% else %}else{% endfor %}
{% for x in l if x > 1 %}{{ x }}{{ loop.index }}{{ loop.length }}{{ loop.last }} {% endfor %}
{% for x in l if x > 9 %}{{ x }}{% else %}e{% endfor %}
{% for x in l if loop.index %}{{ x }}{% endfor %}
{% for k, v in m.items() %}{{ k }}={{ v }};{% endfor %}
{% for k, v in m|dictsort %}{{ k }}={{ v }};{% endfor %}
{% for k in m %}{{ k }}{% endfor %}
{% for c in s %}{{ c }}.{% endfor %}
{% for a, b in [(1, 2), [3, 4], 'xy'] %}{{ a }}{{ b }}{% endfor %}
{% for a, b in [(1, 2, 3)] %}{{ a }}{% endfor %}
{% for a, b in [(1,)] %}{{ a }}{% endfor %}
{% for a, b in l %}{{ a }}{% endfor %}
{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}
{% for x in n %}{% endfor %}
{% for x in none %}{% endfor %}
{% for x in nope %}a{% else %}b{% endfor %}
{% for x in 1, 2, 3 %}{{ x }}{% endfor %}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}|{% endfor %}
{% for x in l %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}
{% for x in l %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }} {% endfor %}
{% for x in l %}{{ loop.cycle('a', 'b') }}{% endfor %}
{% for x in l %}{{ loop.cycle() }}{% endfor %}
{% for x in [1, 1, 2, 2, 1] %}{{ loop.changed(x) }}{% endfor %}
{% for x in l %}{{ loop.nope }}{{ loop['index'] }}{% endfor %}
{% for x in l %}{% for y in l %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}
{% for x in l %}{% set o = loop %}{% for y in 'ab' %}{{ o.index }}{{ loop.index }} {% endfor %}{% endfor %}
{% for x in l|map('string') %}{{ loop.length }}{{ loop.revindex }}{{ x }} {% endfor %}
{% for n2 in tree recursive %}{{ n2.v }}{{ loop.depth }}{% if n2.k %}({{ loop(n2.k) }}){% endif %},{% endfor %}
{% for n2 in tree recursive %}{{ n2.v }}{{ loop(n2.k) }}{% else %}-{% endfor %}
{% for x in l %}{{ loop(l) }}{% endfor %}
{% for x in l %}{{ loop }}{% endfor %}
{% for x in deep recursive %}{% if x is iterable %}[{{ loop(x) }}]{% else %}{{ x }}{% endif %}{% endfor %}
{% for loop in l %}{{ loop }}{% endfor %}
{% for x in l %}{% set loop = 1 %}{% endfor %}
{% for x in l %}{% endfor %}{{ x }}
{% set x = 9 %}{% for x in l %}{% endfor %}{{ x }}
{% set x = 1 %}{% for i in l %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}
{% for i in l %}{% set y = i %}{% endfor %}{{ y }}
{% for i in l %}{{ y }}{% set y = i %}{% endfor %}
{% for i in l %}{{ later }}{% endfor %}{% set later = 2 %}{{ later }}
{{ later }}{% for i in l %}{{ later }}{% set later = i %}{% endfor %}{{ later }}
{% for i in l %}{% if i == 3 %}{% set w = i %}{% endif %}{{ w }}{% endfor %}
{% if false %}{% set later = 1 %}{% endif %}{{ later }}
{% if true %}{% set later = 1 %}{% endif %}{{ later }}
{% if n %}a{% endif %}
{% if z %}a{% elif n == 3 %}b{% else %}c{% endif %}
{% if z %}a{% elif e %}b{% else %}c{% endif %}
{% if nope %}a{% else %}b{% endif %}
{% if nope.x %}a{% endif %}
{% if t: %}a{% endif %}
{% if 1, 2 %}a{% endif %}
{% if false %}{{ 'a'|nofilter }}{% endif %}ok
{% if false %}{{ 'a' is notest }}{% endif %}ok
{% if true %}{{ 'a'|nofilter }}{% endif %}
{% if 'a'|nofilter %}{% endif %}
{% if false %}{% for x in l %}{{ x|nofilter }}{% endfor %}{% endif %}
{% if false %}{% include 'x' %}{% endif %}ok
{{ 'a' if true else 'b'|nofilter }}
{{ false and 'b'|nofilter }}
{% set a = 1 %}{{ a }}
{% set a, b = 1, 2 %}{{ a }}{{ b }}
{% set a = 1, 2 %}{{ a }}
{% set a, b = 'xy' %}{{ a }}{{ b }}
{% set a, b = 1 %}
{% set ns = namespace(x=1) %}{% set ns.x = 2 %}{{ ns.x }}
{% set ns = namespace() %}{% set ns.a, ns.b = 1, 2 %}{{ ns.a }}{{ ns.b }}
{% set ns = namespace(c=0) %}{% for i in l %}{% set ns.c = ns.c + i %}{% endfor %}{{ ns.c }}
{% set ns = namespace() %}{% set ns._x = 1 %}
{% set m.x = 1 %}
{% set nope.x = 1 %}
{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}
{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns.x }}
{% set a %}x{{ n }}y{% endset %}{{ a }}|{{ a|length }}
{% set a | upper %}x{{ n }}{% endset %}{{ a }}
{% set a | upper | replace('X', 'q') %}x{{ n }}{% endset %}{{ a }}
{% set a | replace('x', s) %}x{% endset %}{{ a }}
{{ s }}{% set a | replace('x', s) %}x{% endset %}{{ a }}
{% set a %}{% set b = 1 %}{{ b }}{% endset %}{{ a }}{{ b }}
{% for i in l %}{% set a %}x{% break %}{% endset %}{% endfor %}{{ a }}
{% set true = 1 %}
{% set 'a' = 1 %}
{% set a.b.c = 1 %}
{% set [a] = [1] %}
{% set (a, b) = [1, 2] %}{{ a }}{{ b }}
{% set a = b = 1 %}
{% macro f(a, b=2) %}{{ a }}-{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, 3) }}{{ f(b=5, a=6) }}{{ f() }}
{% macro f(a) %}{{ a is defined }}{% endmacro %}{{ f() }}
{% macro f(a) %}{{ a.x }}{% endmacro %}{{ f() }}
{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}
{% macro f(a=b, b=1) %}{{ a }}{{ b }}{% endmacro %}{{ f() }}
{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, x=3) }}
{% macro f(a) %}{{ varargs }}{% endmacro %}{{ f(1, 2, 3) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(x=2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, a=2) }}
{% macro f(a) %}{{ a }}{% endmacro %}{{ f.name }}{{ f.arguments }}{{ f.catch_kwargs }}{{ f.caller }}{{ f }}
{% macro f(x) %}{% if x > 0 %}{{ x }}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(3) }}
{% macro f() %}{{ y }}{% endmacro %}{% set y = 5 %}{{ f() }}
{% set y = 5 %}{% macro f() %}{{ y }}{% set y = 6 %}{{ y }}{% endmacro %}{{ f() }}{{ y }}
{{ f() }}{% macro f() %}a{% endmacro %}
{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}G{% endmacro %}{{ f() }}
{% for i in l %}{% macro f() %}{{ i }}{% endmacro %}{{ f() }}{% endfor %}
{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}body{{ n }}{% endcall %}
{% macro f() %}[{{ caller(1, 2) }}]{% endmacro %}{% call(a, b=3) f() %}{{ a }}{{ b }}{% endcall %}
{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}
{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}
{% macro f(a) %}x{% endmacro %}{% call f(1) %}b{% endcall %}
{% macro f(x) %}{% for i in x %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) f(l) %}<{{ i }}>{% endcall %}
{% macro f(caller) %}{{ caller }}{% endmacro %}{{ f(1) }}
{% call s.upper() %}x{% endcall %}
{% call f %}x{% endcall %}
{% macro f(a, a) %}{% endmacro %}
{% macro f(a=1, b) %}{% endmacro %}
{% macro f(x) -%}
  {{ x }}
{%- endmacro %}{{ f(1) }}{{ f(2) }}
{% filter upper %}abc{{ n }}x{% endfilter %}
{% filter replace('a', 'b')|upper %}abc{% endfilter %}
{% filter nofilter %}{% endfilter %}
{% filter indent(2) %}a
b{% endfilter %}
{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a }}
{% with %}{% set n = 1 %}{{ n }}{% endwith %}{{ n }}
{% set a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}
{% block x %}a{{ n }}{% endblock %}{{ self.x() }}
{% block x %}a{% endblock x %}
{% for i in l %}{% block y scoped %}{{ i }}{% endblock %}{% endfor %}
{% for i in l %}{% block y %}{{ i }}{% endblock %}{% endfor %}
{% block x %}{% endblock %}{% block x %}{% endblock %}
{% block x %}{{ super() }}{% endblock %}
{% block x required %}{% endblock %}
{% print n %}
{% print n, s %}
{% raw %}{{ x }}{% y %}{# c #}{% endraw %}
a {%- raw -%} {{ x }} {%- endraw -%} b
{% raw %}
 a
 {% endraw %}
b
{% autoescape true %}{{ h }}{{ h|safe }}{{ h|e }}{{ h ~ '<' }}{% endautoescape %}{{ h }}
{% autoescape false %}{{ h }}{% endautoescape %}
{% autoescape n %}{{ h }}{{ '<' ~ h|safe }}{% endautoescape %}
{% autoescape true %}{% set a %}<{{ h }}{% endset %}{{ a }}{{ ['<', 'x'|safe]|join('>') }}{{ '<'|replace('<', '>'|safe) }}{% endautoescape %}
{% autoescape true %}{% macro f() %}<{{ h }}{% endmacro %}{{ f() }}{% endautoescape %}{{ f }}
{% generation %}a{% set n = 9 %}{{ n }}{% endgeneration %}{{ n }}
{%- generation -%} a {%- endgeneration -%}
{% for i in l %}{% generation %}{% break %}{% endgeneration %}{% endfor %}
{% break %}
{% for i in l %}{% macro f() %}{% continue %}{% endmacro %}{% endfor %}
{% for i in l %}{% with %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endwith %}{% endfor %}
{% for i in l %}{% for j in l %}{% if j == 1 %}{% continue %}{% endif %}{{ j }}{% else %}{% break %}{% endfor %}{{ i }}{% endfor %}
{% include 'x' %}
{% import 'x' as y %}
{% from 'x' import y %}
{% extends 'x' %}
{% do l.append(1) %}
{% trans %}a{% endtrans %}
{% unknown %}
{% endfor %}
{% if n %}
{% for x in l %}{% endif %}
{% for x %}{% endfor %}
{% for x in %}{% endfor %}
{% if %}{% endif %}
{% set %}
{% macro %}{% endmacro %}
{% %}
{% 1 %}
{{ }}
{{ n
{% if n
{# open
{% raw %}
a{# c #}b
a {#- c -#} b
a
{# c #}
b
a
  {#- c #}
b
{% if t %}
a
{% endif %}
b
  {% if t %}
  a
  {% endif %}
b
x {% if t %} a {% endif %} y
x
 {%+ if t %}a{% endif +%}
y
{{ n }}
{{ n -}}
 x
 {{- n }} x
{{- n -}}
a {{- ' b ' -}} c
{{+ n }}
{%- if t -%} a {%- endif -%} b
	{% if t %}tab{% endif %}
a{% if t %}
b{% endif %}c
{{ '{{' }}{{ '%}' }}{{ {'a': {'b': 1}}['a']['b'] }}
{{ {'a':{}} }}
{{ "a" "b" ~ 'c' }}
{{ n }}{{ s }}{#x#}{{ f }}
{{ messages|map(attribute='role')|join(',') }}
{% for m2 in messages[1:] %}{{ m2.role }}:{{ m2['content'] }};{% endfor %}
{% for m2 in messages|selectattr('role', 'equalto', 'user') %}{{ m2.content }}{% endfor %}
{% set ids = messages|map(attribute='content')|list %}{{ ids }}{{ ids[-1] }}
{% if messages|selectattr('role', 'equalto', 'nope') %}always{% endif %}
{% set it = messages|map(attribute='role') %}{{ it|list }}{{ it|list }}
{% set r = l|reverse %}{% for x in r %}{{ x }}{% endfor %}{% for x in r %}{{ x }}{% endfor %}
{% for x in l|sort %}{{ x }}{{ ', ' if not loop.last }}{% endfor %}
{% for g in users|groupby('age') %}{{ g.grouper }}:{{ g.list|length }}:{{ g[0] }};{% endfor %}
{% for row in [1,2,3,4,5]|batch(2) %}{{ row|join('-') }}|{% endfor %}
{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}
{% set j = joiner(',') %}{% for x in l %}{{ j() }}{{ x }}{% endfor %}
{{ raise_exception('no ' ~ s) }}
{% if n != 3 %}{{ raise_exception('x') }}{% endif %}ok
{{ 'a'.join(['x', 'y']) }}{{ '%s' % 'z' }}
{% set x %}{% for i in l %}{{ i }}{% endfor %}{% endset %}{{ x }}
{% set fn = s.upper %}{{ fn() }}
{% macro a() %}{% macro b() %}B{% endmacro %}{{ b() }}{% endmacro %}{{ a() }}{{ b }}
{% set x = [] %}{% for i in l %}{% set x = x + [i] %}{% endfor %}{{ x }}
{{ l.__len__() }}
{{ ''.__class__.__mro__ }}
{{ self.__init__ }}
{{ range(3)|map('string')|join(loop) }}
{% for i in range(3) %}{{ i }}{% if not loop.last %},{% endif %}{% endfor %}
"""

MULTILINE = [
    "{% macro f(x) -%}\n  {{ x }}\n{%- endmacro %}{{ f(1) }}{{ f(2) }}",
    "{% filter indent(2) %}a\nb{% endfilter %}",
    "{% raw %}\n a\n {% endraw %}\nb",
    "a\n{# c #}\nb", "a\n  {#- c #}\nb", "a\n  {# c -#}\n\n b", "{# a\n b #}\nc",
    "{% if t %}\na\n{% endif %}\nb", "  {% if t %}\n  a\n  {% endif %}\nb", "x\n {%+ if t %}a{% endif +%}\ny",
    "{{ n }}\n", "{{ n }}\n\n", "{{ n -}}\n x\n {{- n }} x", "a{% if t %}\nb{% endif %}c", "a\r\nb\r{{ n }}\r\n", "\n\n{% if t %}a{% endif %}\n\n",
    "{{ 'a\r\nb'|length }}", "{{ 'a\\\nb' }}", "{%- set x = 1 -%}\n\n  {{ x }}  \n{%- if x %}\n  y\n{%- endif %}\n", "  {{ n }}\n  {% set a = 1 %}\n  {{ a }}",
    "{% for x in l %}\n  {{ x }}\n{% endfor %}\nend", "{%- for x in l %}\n  {{- x }}\n{%- endfor %}", "{% if t %}  \na{% endif %}", "\t {% if t %}a{% endif %}",
    "x\t{% if t %}a{% endif %}", "{% if t %}a{% endif %}  {% if t %}b{% endif %}", "{% if t %}a{% endif %}\n  {% if t %}b{% endif %}",
    "{{\n n\n}}", "{{ [1,\n 2] }}", "{{ nope.x }}\n", "a\n\n{{ nope.x }}", "{% if t %}\n\n{{ 1/0 }}{% endif %}", "a\u00a0\u2003{%- if t %}b{% endif %}",
    "\u2028{% if t %}b{% endif %}", "{% raw -%}\n a{%- endraw %}", "{%- raw %}\n a{% endraw -%}\n b", "{{ n }}{# c -#}  \n {{ n }}", "{{ n }} {#- c #} {{ n }}",
    "{%\n if t\n %}a{% endif %}", "{% set x %}\na\n{% endset %}[{{ x }}]", "  {%- if t %} a{% endif %}", "a\n  {%- if t +%}\n b{% endif %}", "{%if t%}a{%endif%}",
    "{{n}}{{-n}}{{n-}} {{n}}", "{{ n +}}", "{% if t %}{# c #}\n{% endif %}x", "{# c #}  {# d #}\nx", " {# c #} {{ n }}", "",
    "\n", "{{ '' }}", "{% set a = 'x' -%}\n{{ a }}", "{{- '' }}\n a", "a {{ '' -}}\n b",
    "{% call(x) m.get('a') %}{% endcall %}", "{{ 'é' }}", "{{ u }}{{ u|tojson }}", "{% for c in u %}{{ c }}|{% endfor %}",
]


def templates():
    for line in EXPRESSIONS.strip("\n").split("\n"):
        yield "{{ " + line + " }}"
    yield from STATEMENTS.strip("\n").split("\n")
    yield from MULTILINE


def render(template):
    try:
        return {"text": utils._cached_compile_jinja_template(template).render(**CONTEXT)}
    except Exception as e:
        return {"error": type(e).__name__ + ": " + str(e)}


if __name__ == "__main__":
    with open("golden.jsonl", "w", encoding="utf-8") as out:
        out.write(json.dumps({"context": CONTEXT}, ensure_ascii=True) + "\n")
        seen = set()
        for template in templates():
            found = render(template)
            # addresses differ from run to run
            if template in seen or " at 0x" in found.get("text", ""):
                continue
            seen.add(template)
            out.write(json.dumps({"template": template, **found}, ensure_ascii=True) + "\n")
