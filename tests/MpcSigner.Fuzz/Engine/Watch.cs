using System.Buffers.Binary;
using System.Diagnostics;

namespace MpcSigner.Fuzz.Engine;

/// <summary>
/// Knows which input is at its door. An input that never comes back, or that ends the process (an exhausted stack cannot be caught), is named
/// all the same: the first by a thread that looks every second, the second by a file that whoever started this process reads.
/// </summary>
internal sealed class Watch : IDisposable
{
    /// <summary>Far beyond what counts as slow: the input does not end.</summary>
    private static readonly TimeSpan Endless = TimeSpan.FromSeconds(30);

    private const int NameBytes = 64;
    private const int FileBytes = NameBytes + 8 + 4;

    private readonly FileStream? _trace;
    private readonly Timer? _timer;
    private readonly byte[] _record = new byte[FileBytes];
    private long _began;
    private string _input = "";

    private Watch()
    {
    }

    /// <param name="trace">The file that says which input was last; null for none.</param>
    public Watch(string? trace)
    {
        _trace = trace is null ? null : new(trace, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _timer = new(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public static Watch None { get; } = new();

    public void Offering(Door door, ulong episode, int step)
    {
        if (_timer is null)
            return;
        Volatile.Write(ref _input, $"{door.Name} {episode:x16} step {step}");
        if (_trace is not null)
        {
            _record.AsSpan().Clear();
            System.Text.Encoding.ASCII.GetBytes(door.Name.AsSpan(0, Math.Min(NameBytes, door.Name.Length)), _record);
            BinaryPrimitives.WriteUInt64BigEndian(_record.AsSpan(NameBytes), episode);
            BinaryPrimitives.WriteInt32BigEndian(_record.AsSpan(NameBytes + 8), step);
            RandomAccess.Write(_trace.SafeFileHandle, _record, 0);
        }
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
    }

    public void Done() => Volatile.Write(ref _began, 0);

    /// <summary>The last input of a process that is no more.</summary>
    public static string? ReadTrace(string path)
    {
        var bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
        return bytes.Length == FileBytes
            ? $"{System.Text.Encoding.ASCII.GetString(bytes, 0, NameBytes).TrimEnd('\0')} {BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(NameBytes)):x16}, "
                + $"step {BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(NameBytes + 8))}"
            : null;
    }

    private void Look()
    {
        if (Volatile.Read(ref _began) is not 0 and var began && Stopwatch.GetElapsedTime(began) > Endless)
            Environment.FailFast($"an input does not end: replay {Volatile.Read(ref _input)}");
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _trace?.Dispose();
    }
}
