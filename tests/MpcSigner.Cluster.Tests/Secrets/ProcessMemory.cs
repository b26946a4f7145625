using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>One mapping of a process (proc(5), smaps).</summary>
/// <param name="Flags">VmFlags: "lo" is locked, "dd" is left out of core dumps.</param>
internal sealed record Region(long Start, long End, string Permissions, string Name, IReadOnlySet<string> Flags)
{
    public bool IsLocked => Flags.Contains("lo");

    public bool IsInCores => !Flags.Contains("dd");

    public bool IsReadable => Permissions[0] == 'r' && Name is not ("[vvar]" or "[vvar_vclock]" or "[vsyscall]");

    public override string ToString() => $"{Start:x}-{End:x} {Permissions} {Name}";
}

/// <summary>The memory of a living process, by way of /proc/PID/mem: root's, or a child's.</summary>
internal static class ProcessMemory
{
    public static IReadOnlyList<Region> Regions(int process)
    {
        var regions = new List<Region>();
        string[]? head = null;
        foreach (var line in File.ReadLines($"/proc/{process}/smaps"))
        {
            if (line.StartsWith("VmFlags:", StringComparison.Ordinal))
            {
                var range = head![0].Split('-');
                regions.Add(new(
                    long.Parse(range[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), long.Parse(range[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                    head[1], head.Length > 5 ? head[5] : "", line["VmFlags:".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet()));
            }
            else if (line.Length > 0 && !char.IsAsciiLetterUpper(line[0]))
            {
                head = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
            }
        }
        return regions;
    }

    /// <summary>Looks through regions; what has been unmapped meanwhile is left out.</summary>
    public static List<Find> Search(int process, IEnumerable<Region> regions, Finder finder)
    {
        using var memory = File.OpenHandle($"/proc/{process}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var finds = new List<Find>();
        foreach (var region in regions.Where(r => r.IsReadable))
            finds.AddRange(finder.In(new RegionStream(memory, region), region.ToString()));
        return finds;
    }

    /// <summary>A region as a stream; a page that cannot be read ends it.</summary>
    private sealed class RegionStream(SafeFileHandle memory, Region region) : Stream
    {
        private long _at = region.Start;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => region.End - region.Start;

        public override long Position { get => _at - region.Start; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var count = (int)Math.Min(buffer.Length, region.End - _at);
            if (count == 0)
                return 0;
            try
            {
                var read = RandomAccess.Read(memory, buffer[..count], _at);
                _at += read;
                return read;
            }
            catch (IOException)
            {
                return 0; // unmapped, or a device's page
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
