using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MpcSigner.Documents.Yaml;

/// <summary>Bytes to a tree, by YamlDotNet's event parser, within bounds: one document, strict UTF-8, no aliases, anchors, tags, directives or duplicate keys.</summary>
internal sealed class YamlTreeParser
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly YamlBounds _bounds;
    private readonly ErrorList _errors;
    private readonly IParser _events;
    private int _nodes;

    private YamlTreeParser(string text, YamlBounds bounds, ErrorList errors)
    {
        _bounds = bounds;
        _errors = errors;
        _events = new Parser(new StringReader(text));
    }

    /// <summary>Null when the bytes are no document at all; errors that leave a tree are only recorded.</summary>
    public static YamlNode? Parse(ReadOnlySpan<byte> bytes, YamlBounds bounds, ErrorList errors)
    {
        if (bytes.Length > bounds.MaxBytes)
        {
            errors.Add(0, 0, "", $"the document has {bytes.Length} bytes; at most {bounds.MaxBytes} are read");
            return null;
        }
        if (!TryDecode(bytes, errors, out var text))
            return null;
        try
        {
            return new YamlTreeParser(text, bounds, errors).Document();
        }
        catch (TooMuchException)
        {
            return null; // recorded where it was met
        }
        catch (YamlException e)
        {
            errors.Add(Number(e.Start.Line), Number(e.Start.Column), "", "not YAML: " + Shown.Text(e.Message));
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            // The parser is foreign code and its input hostile: a text that it stumbles over is not a document, whatever it throws.
            errors.Add(0, 0, "", $"not YAML: the parser gave up ({e.GetType().Name})");
            return null;
        }
    }

    private static bool TryDecode(ReadOnlySpan<byte> bytes, ErrorList errors, out string text)
    {
        text = "";
        try
        {
            text = s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            errors.Add(0, 0, "", $"not UTF-8: a wrong byte at {e.Index}");
            return false;
        }
        var line = 1;
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var loneReturn = text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n');
            if (IsMisleading(text[i]) || loneReturn)
            {
                errors.Add(line, i - start + 1, "", $"character U+{(int)text[i]:X4} is not allowed: it would not be seen, or would show the text other than it is read");
                return false;
            }
            if (text[i] == '\n')
            {
                line++;
                start = i + 1;
            }
        }
        return true;
    }

    /// <summary>Controls but line breaks (a tab as indentation means different things to different parsers); byte order marks, other line separators, zero-width and direction characters: a signed text must mean what it shows.</summary>
    private static bool IsMisleading(char c) => c switch
    {
        '\n' or '\r' => false,
        < ' ' => true,
        >= '\u007f' and <= '\u009f' => true,
        '\u00ad' or '\u061c' or '\ufeff' => true,
        >= '\u200b' and <= '\u200f' => true,
        >= '\u2028' and <= '\u202e' => true,
        >= '\u2060' and <= '\u206f' => true,
        _ => false,
    };

    private YamlNode? Document()
    {
        Expect<StreamStart>();
        Next();
        if (_events.Current is StreamEnd)
        {
            _errors.Add(0, 0, "", "the document is empty");
            return null;
        }
        var start = Expect<DocumentStart>();
        if (start.Version is not null || !start.IsImplicit && start.Tags is { } tags && tags.Any(t => t.Handle is not ("!" or "!!")))
            Fail(start, "directives are not allowed");
        Next();
        var root = Node(depth: 1);
        Expect<DocumentEnd>();
        Next();
        if (_events.Current is not StreamEnd)
            Fail(_events.Current!, "only one document is read");
        return root;
    }

    /// <summary>Reads one node and moves past it. Null for an alias, which is recorded.</summary>
    private YamlNode? Node(int depth)
    {
        var current = _events.Current!;
        if (++_nodes > _bounds.MaxNodes)
            throw TooMuch(current, $"more than {_bounds.MaxNodes} values");
        if (depth > YamlBounds.MaxDepth)
            throw TooMuch(current, $"nested deeper than {YamlBounds.MaxDepth}");
        if (_errors.IsFull)
            throw new TooMuchException();

        if (current is AnchorAlias)
        {
            Fail(current, "aliases are not allowed: write the value out");
            Next();
            return null;
        }
        if (current is not NodeEvent node)
            throw new InvalidOperationException("a parsing event that is no node");
        if (!node.Anchor.IsEmpty)
            Fail(node, "anchors are not allowed");
        if (!node.Tag.IsEmpty)
            Fail(node, "tags are not allowed");
        return node switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart sequence => ReadSequence(sequence, depth),
            MappingStart mapping => ReadMapping(mapping, depth),
            _ => throw new InvalidOperationException("a node of no known kind"),
        };
    }

    private YamlNode.Scalar ReadScalar(Scalar scalar)
    {
        if (scalar.Value.Length > _bounds.MaxScalarLength)
            throw TooMuch(scalar, $"a value of {scalar.Value.Length} characters; at most {_bounds.MaxScalarLength}");
        // Escapes in double quotes can make what the text itself may not hold.
        if (scalar.Value.Any(IsMisleading))
            Fail(scalar, "an escape makes a character that is not allowed");
        Next();
        return new(Number(scalar.Start.Line), Number(scalar.Start.Column), scalar.Value, scalar.Style == ScalarStyle.Plain);
    }

    private YamlNode.Sequence ReadSequence(SequenceStart start, int depth)
    {
        Next();
        var items = new List<YamlNode>();
        while (_events.Current is not SequenceEnd)
        {
            if (Node(depth + 1) is { } item)
                items.Add(item);
        }
        Next();
        return new(Number(start.Start.Line), Number(start.Start.Column), items);
    }

    private YamlNode.Mapping ReadMapping(MappingStart start, int depth)
    {
        Next();
        var entries = new List<(YamlNode.Scalar, YamlNode)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (_events.Current is not MappingEnd)
        {
            var at = _events.Current!;
            var key = Node(depth + 1);
            var value = Node(depth + 1);
            if (key is not YamlNode.Scalar scalar)
            {
                if (key is not null)
                    Fail(at, "a key is a single word or text");
            }
            else if (!seen.Add(scalar.Text))
                Fail(at, $"key {Shown.Text(scalar.Text)} is there twice");
            else if (value is not null)
                entries.Add((scalar, value));
        }
        Next();
        return new(Number(start.Start.Line), Number(start.Start.Column), entries);
    }

    private T Expect<T>() where T : ParsingEvent
    {
        if (_events.Current is null)
            Next();
        return _events.Current as T ?? throw new InvalidOperationException($"expected {typeof(T).Name}");
    }

    private void Next()
    {
        if (!_events.MoveNext())
            throw new InvalidOperationException("the events end early");
    }

    private void Fail(ParsingEvent at, string message) => _errors.Add(Number(at.Start.Line), Number(at.Start.Column), "", message);

    private TooMuchException TooMuch(ParsingEvent at, string message)
    {
        Fail(at, message);
        return new();
    }

    private static int Number(long position) => (int)Math.Min(position, int.MaxValue);

    /// <summary>Leaves the recursion once a bound is passed; never leaves this class.</summary>
    private sealed class TooMuchException : Exception;
}
