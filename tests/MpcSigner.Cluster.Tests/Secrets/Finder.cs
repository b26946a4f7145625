using System.Runtime.InteropServices;

namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>A form found somewhere.</summary>
internal sealed record Find(Form Form, string Place, long Offset)
{
    public override string ToString() => $"{Form.Value} ({Form.Encoding}) in {Place} at 0x{Offset:x}";
}

/// <summary>Looks for many byte patterns at once.</summary>
internal sealed class Finder
{
    private const int Chunk = 8 << 20;

    /// <summary>Patterns are told apart by their first bytes.</summary>
    private const int Head = 8;

    private readonly bool[] _starts = new bool[1 << 16];
    private readonly Dictionary<ulong, List<Form>> _byHead = [];
    private readonly int _longest;

    public Finder(IEnumerable<Form> forms)
    {
        foreach (var form in forms)
        {
            if (form.Pattern.Length < Head)
                throw new ArgumentException($"{form.Value} ({form.Encoding}) is shorter than {Head} bytes");
            _starts[MemoryMarshal.Read<ushort>(form.Pattern)] = true;
            var head = MemoryMarshal.Read<ulong>(form.Pattern);
            if (!_byHead.TryGetValue(head, out var list))
                _byHead[head] = list = [];
            list.Add(form);
            _longest = Math.Max(_longest, form.Pattern.Length);
        }
    }

    public List<Find> In(byte[] bytes, string place)
    {
        var finds = new List<Find>();
        Scan(bytes, place, 0, bytes.Length, finds);
        return finds;
    }

    public List<Find> In(Stream stream, string place)
    {
        var finds = new List<Find>();
        var buffer = new byte[Chunk + _longest];
        var (kept, offset) = (0, 0L);
        while (true)
        {
            var read = stream.ReadAtLeast(buffer.AsSpan(kept), buffer.Length - kept, throwOnEndOfStream: false);
            var filled = kept + read;
            var last = filled < buffer.Length;
            // A pattern that begins in the tail is found with the next chunk.
            var end = last ? filled : filled - _longest;
            Scan(buffer.AsSpan(0, filled), place, offset, end, finds);
            if (last)
                return finds;
            buffer.AsSpan(end, filled - end).CopyTo(buffer);
            (kept, offset) = (filled - end, offset + end);
        }
    }

    public List<Find> InFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return In(file, path);
    }

    private void Scan(ReadOnlySpan<byte> bytes, string place, long offset, int end, List<Find> finds)
    {
        var starts = _starts;
        end = Math.Min(end, bytes.Length - Head + 1);
        for (var i = 0; i < end; i++)
        {
            if (!starts[bytes[i] | bytes[i + 1] << 8] || !_byHead.TryGetValue(MemoryMarshal.Read<ulong>(bytes[i..]), out var forms))
                continue;
            foreach (var form in forms)
            {
                if (bytes[i..].StartsWith(form.Pattern))
                    finds.Add(new(form, place, offset + i));
            }
        }
    }
}
