using System.Diagnostics;
using System.Text;
using MpcSigner.Core.Intents;
using MpcSigner.Documents;
using MpcSigner.Documents.Yaml;
using Xunit;

namespace MpcSigner.Kernel.Tests.Documents;

/// <summary>What the strict reader reads, and hostile YAML: a typed error, in bounded time and memory.</summary>
public class YamlReaderTests
{
    private static YamlReader Open(string text, YamlBounds? bounds = null) => YamlReader.Open(Encoding.UTF8.GetBytes(text), bounds ?? YamlBounds.Small);

    private static IReadOnlyList<DocumentError> Read(string text, Action<YamlMap> use)
    {
        var reader = Open(text);
        if (reader.Root is { } root)
            use(root);
        return reader.Finish();
    }

    private static void Rejects(string text, Action<YamlMap> use, int line, int column, string message)
    {
        var error = Assert.Single(Read(text, use));
        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static void Refuses(string text, string message) => Refuses(Encoding.UTF8.GetBytes(text), message);

    /// <summary>Nothing can be taken from such a document, or it cannot be finished without an error.</summary>
    private static void Refuses(byte[] bytes, string message)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        var reader = YamlReader.Open(bytes, YamlBounds.Small);
        reader.Root?.AcceptTheRest();
        var errors = reader.Finish();
        Assert.Contains(errors, e => e.Message.Contains(message, StringComparison.Ordinal));
        Assert.True(errors.Count <= YamlBounds.MaxErrors);
        Assert.True(watch.ElapsedMilliseconds < 3_000, $"{watch.ElapsedMilliseconds} ms");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200 << 20);
    }

    [Fact]
    public void Reads_every_kind_of_value()
    {
        var reader = Open("""
            text: hello world
            quoted: "12"
            number: 42
            amount: 115792089237316195423570985008687907853269984665640564039457584007913129639935
            flag: true
            bytes: 0aFF
            wait: 1500ms
            words: [a, "b", 'c']
            map: {x: 1}
            maps:
              - x: 1
              - x: 2
            pairs: {"*": unlimited, SOL: 7}
            lists: {a: [1, 2], b: []}
            """);
        var root = reader.Root!;
        Assert.Equal("hello world", root.Text("text", TextRule.Sentence(20)));
        Assert.Equal("12", root.Text("quoted", TextRule.Name));
        Assert.Equal(42, root.Integer("number", 0, 42));
        Assert.Equal(new Amount((System.Numerics.BigInteger.One << 256) - 1), root.Amount("amount"));
        Assert.True(root.Flag("flag"));
        Assert.Equal([0x0a, 0xff], root.Hex("bytes", 2)!);
        Assert.Equal(TimeSpan.FromMilliseconds(1_500), root.Duration("wait", TimeSpan.Zero, TimeSpan.FromDays(1)));
        Assert.Equal(["a", "b", "c"], root.Items("words", 0, 3)!.Select(i => i.Text));
        Assert.Equal(1, root.Map("map")!.Integer("x", 0, 9));
        Assert.Equal([1, 2], root.Maps("maps", 0, 2)!.Select(m => m.Integer("x", 0, 9)!.Value));
        Assert.Equal([("*", "unlimited"), ("SOL", "7")], root.Pairs("pairs", 0, 9)!.Select(p => (p.Key.Text, p.Value.Text)));
        Assert.Equal([2, 0], root.Lists("lists", 0, 9, 9)!.Select(l => l.Values.Count));
        Assert.Null(root.Text("absent", TextRule.Name, optional: true));
        Assert.Empty(reader.Finish());
    }

    [Fact]
    public void Reports_every_error_at_once_in_the_order_of_the_text()
    {
        var errors = Read("""
            name: Not A Name
            count: many
            surplus: 1
            inner:
              wrong: 2
            """, root =>
        {
            root.Integer("count", 0, 9);
            root.Text("name", TextRule.Name);
            root.Flag("missing");
            root.Map("inner")?.Flag("right");
        });
        Assert.Equal(6, errors.Count);
        Assert.Equal(["line 1, column 1: key 'missing' is missing", "line 1, column 7: name: expected 1..32 characters of a-z, 0-9 and -, found 'Not A Name'",
            "line 2, column 8: count: expected a whole number 0..9, found 'many'"], errors.Take(3).Select(e => e.ToString()));
        Assert.Contains("'surplus' is not known here; known are count, inner, missing, name", errors[3].Message, StringComparison.Ordinal);
        Assert.All(errors.Skip(4), e => Assert.Equal("inner", e.Path));
    }

    [Theory]
    [InlineData("x: 08")]
    [InlineData("x: 1_000")]
    [InlineData("x: +1")]
    [InlineData("x: -1")]
    [InlineData("x: 1e3")]
    [InlineData("x: 1.0")]
    [InlineData("x: 0x10")]
    [InlineData("x: \"7\"")]
    [InlineData("x: ")]
    [InlineData("x: ~")]
    [InlineData("x: 115792089237316195423570985008687907853269984665640564039457584007913129639936")]
    [InlineData("x: 1157920892373161954235709850086879078532699846656405640394575840079131296399350")]
    [InlineData("x: ٣")]
    [InlineData("x: [7]")]
    public void Rejects_amounts_that_are_not_plain_digits(string text)
    {
        Assert.Single(Read(text, root => Assert.Null(root.Amount("x"))));
        Assert.Single(Read(text, root => Assert.Null(root.Integer("x", 0, long.MaxValue))));
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("True")]
    [InlineData("on")]
    [InlineData("1")]
    [InlineData("\"true\"")]
    [InlineData("")]
    public void Rejects_flags_that_are_not_true_or_false(string value) => Assert.Single(Read("x: " + value, root => Assert.Null(root.Flag("x"))));

    [Theory]
    [InlineData("30", null)]
    [InlineData("s", null)]
    [InlineData("-1s", null)]
    [InlineData("1.5s", null)]
    [InlineData("1 s", null)]
    [InlineData("9999999999s", null)]
    [InlineData("8d", null)]
    [InlineData("2h", 7_200_000L)]
    [InlineData("0ms", 0L)]
    public void Durations(string value, long? milliseconds)
    {
        var errors = Read("x: " + value, root =>
            Assert.Equal(milliseconds is { } ms ? TimeSpan.FromMilliseconds(ms) : null, root.Duration("x", TimeSpan.Zero, TimeSpan.FromDays(7))));
        Assert.Equal(milliseconds is null ? 1 : 0, errors.Count);
    }

    [Fact]
    public void Rejects_values_of_another_shape()
    {
        Rejects("x: [1]", root => root.Item("x"), 1, 4, "expected a single value");
        Rejects("x: 1", root => root.Map("x"), 1, 4, "expected keys with values");
        Rejects("x: 1", root => root.Items("x", 0, 9), 1, 4, "expected a list");
        Rejects("x: [1, [2]]", root => root.Items("x", 0, 9), 1, 8, "expected a single value");
        Rejects("x: [1]", root => root.Maps("x", 0, 9), 1, 5, "expected keys with values");
        Rejects("x: []", root => root.Items("x", 1, 9), 1, 4, "expected 1..9 items, found 0");
        Rejects("x: {a: [1]}", root => root.Pairs("x", 0, 9), 1, 8, "expected a single value");
        Rejects("x: {a: 1}", root => root.Lists("x", 0, 9, 9), 1, 8, "expected a list of at most 9 values");
        Rejects("x: null", root => root.Text("x", TextRule.Name), 1, 4, "has no value");
        Rejects("x: abc", root => root.Hex("x", 2), 1, 4, "expected 4 hexadecimal digits");
    }

    [Fact]
    public void Rejects_duplicate_keys()
    {
        Refuses("a: 1\na: 2\n", "key 'a' is there twice");
        Refuses("a: 1\n\"a\": 2\n", "key 'a' is there twice");
        Refuses("x: {a: 1, b: 2, a: 1}", "key 'a' is there twice");
    }

    [Fact]
    public void Rejects_aliases_anchors_tags_and_merge_tricks()
    {
        Refuses("a: &x 1\nb: *x\n", "aliases are not allowed");
        Refuses("a: &x 1\n", "anchors are not allowed");
        Refuses("a: !!int 1\n", "tags are not allowed");
        Refuses("a: !ruby/object:Gem 1\n", "tags are not allowed");
        Refuses("a: !<tag:yaml.org,2002:str> 1\n", "tags are not allowed");
        Refuses("%TAG !e! tag:x,2000:\n---\na: !e!b 1\n", "tags are not allowed");
        Refuses("base: &b {x: 1}\nderived:\n  <<: *b\n", "aliases are not allowed");
        Refuses("%YAML 1.1\n---\na: 1\n", "directives are not allowed");
        Refuses("%TAG !e! tag:x,2000:\n---\na: 1\n", "directives are not allowed");
        // The bomb: each level nine times the one before.
        var bomb = "a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n" + string.Concat(Enumerable.Range(1, 9).Select(i =>
            $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n"));
        Refuses(bomb, "aliases are not allowed");
    }

    [Fact]
    public void Rejects_more_or_less_than_one_document_with_keys()
    {
        Refuses("", "the document is empty");
        Refuses("# nothing\n", "the document is empty");
        Refuses("a: 1\n---\nb: 2\n", "only one document");
        Refuses("- 1\n- 2\n", "expected keys with values at the top");
        Refuses("hello", "expected keys with values at the top");
        Refuses("? [a, b]\n: 1\n", "a key is a single word or text");
        Refuses("? {a: b}\n: 1\n", "a key is a single word or text");
    }

    [Fact]
    public void Rejects_what_is_not_YAML()
    {
        foreach (var text in (string[])["a: [1, 2", "a: {", "a: 'x", "a: \"x", "a: b: c", "a: |x\n", "a: @x", "a: \"\\q\"", "a: *", "]", "}", "a: \"\\ud800\"", "a: \"\\UFFFFFFFF\""])
        {
            var reader = Open(text);
            reader.Root?.AcceptTheRest();
            Assert.True(reader.Finish().Count > 0, text);
        }
    }

    [Fact]
    public void Rejects_depth()
    {
        Refuses("a: " + new string('[', 14) + new string(']', 14) + "\nb: " + new string('[', 16), "nested deeper than 16");
        Refuses("a: " + new string('[', 60_000), "nested deeper than 16");
        Refuses(string.Concat(Enumerable.Repeat("{a: ", 15_000)), "nested deeper than 16");
        Refuses(string.Concat(Enumerable.Range(0, 300).Select(i => new string(' ', i) + "a:\n")), "nested deeper than 16");
        Refuses(string.Concat(Enumerable.Repeat("- ", 30_000)) + "x", "nested deeper than 16");
    }

    [Fact]
    public void Rejects_size()
    {
        Refuses(new byte[(64 << 10) + 1], "at most 65536 are read");
        Refuses("a: [" + string.Concat(Enumerable.Repeat("1,", 5_000)) + "]", "more than 4096 values");
        Refuses("a: " + new string('x', 5_000), "a value of 5000 characters; at most 4096");
        Refuses("a: |\n  " + new string('x', 60_000), "characters; at most 4096");
        Refuses(string.Concat(Enumerable.Repeat("\"", 60_000)), "not YAML");
        var manyErrors = "a: 1\n" + string.Concat(Enumerable.Repeat("a: 1\n", 1_500));
        Refuses(manyErrors, "is there twice");
    }

    [Fact]
    public void Rejects_bytes_that_are_not_visible_text()
    {
        Refuses([(byte)'a', (byte)':', (byte)' ', 0xff, 0xfe], "not UTF-8: a wrong byte at 3");
        Refuses([(byte)'a', (byte)':', (byte)' ', 0xed, 0xa0, 0x80], "not UTF-8");
        Refuses([0xff, 0xfe, (byte)'a', 0, (byte)':', 0], "not UTF-8");
        Refuses([0xef, 0xbb, 0xbf, (byte)'a', (byte)':', (byte)'1'], "U+FEFF is not allowed");
        Refuses("a: x\0y", "U+0000 is not allowed");
        Refuses("a:\n\tb: 1", "U+0009 is not allowed");
        Refuses("a: 1 # one\rb: 2", "U+000D is not allowed");
        Refuses("a: \"\\t\"", "an escape makes a character that is not allowed");
        Refuses("a: \"\\ud800\"", "invalid Unicode surrogates");
        Refuses("a: \"\\udc00\"", "invalid Unicode surrogates");
        Refuses("a: \u202eabc", "U+202E is not allowed");
        Refuses("a: b\u200bc", "U+200B is not allowed");
        Refuses("a: 1\u2028b: 2", "U+2028 is not allowed");
        Refuses("a: \"\\u202e\"", "an escape makes a character that is not allowed");
        Refuses("a: \"\\0\"", "an escape makes a character that is not allowed");
    }

    [Fact]
    public void Windows_line_ends_are_read() => Assert.Empty(Read("a: 1\r\nb: 2\r\n", root => Assert.Equal((1, 2), (root.Integer("a", 0, 9), root.Integer("b", 0, 9)))));

    [Fact]
    public void Mutated_documents_never_throw()
    {
        var random = new Random(5);
        byte[][] seeds = [Chains.Tree.Read("config", "policy.example.yaml"), Chains.Tree.Read("config", "roster.example.yaml"),
            "a: &x [*x, !!str \"\\x41\", 'q', |\n  b\n ]\n? {k: v}\n: - - >-\n   t\n%YAML 1.2\n--- ...\n"u8.ToArray()];
        var special = "{}[]&*!|>'\"%@`#-?:,\\ \n\t"u8.ToArray();
        for (var round = 0; round < 3_000; round++)
        {
            var seed = seeds[round % seeds.Length];
            var start = random.Next(seed.Length);
            var bytes = seed.AsSpan(start, Math.Min(400, seed.Length - start)).ToArray();
            for (var changes = random.Next(1, 8); changes > 0 && bytes.Length > 0; changes--)
                bytes[random.Next(bytes.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : special[random.Next(special.Length)];
            var reader = YamlReader.Open(bytes, YamlBounds.Small);
            Assert.True(reader.Finish().Count > 0 || reader.Root is not null);
        }
    }
}
