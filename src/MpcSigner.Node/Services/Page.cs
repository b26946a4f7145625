using Google.Protobuf;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Ports;

namespace MpcSigner.Node.Services;

/// <summary>A piece of a list as a caller asks for it.</summary>
internal readonly record struct Page(int Offset, int Count)
{
    public const int DefaultLimit = 100;

    /// <summary>Entries of one answer stop when they have so many bytes; the first is always given.</summary>
    public const int MaxBytes = 2 << 20;

    /// <exception cref="ServiceException">Out of range.</exception>
    public static Page From(uint offset, uint limit) => offset <= StoreLimits.MaxPage
        ? new((int)offset, Limit(limit))
        : throw Wrong($"offset is {offset}, at most {StoreLimits.MaxPage}.");

    /// <exception cref="ServiceException">Out of range.</exception>
    public static int Limit(uint limit) => limit switch
    {
        0 => DefaultLimit,
        <= StoreLimits.MaxPage => (int)limit,
        _ => throw Wrong($"limit is {limit}, at most {StoreLimits.MaxPage}."),
    };

    /// <summary>As many of <paramref name="entries"/> as one answer holds.</summary>
    /// <returns>How many were taken.</returns>
    public static int Fill<T>(IEnumerable<T> entries, int limit, ICollection<T> answer) where T : IMessage
    {
        var (bytes, taken) = (0, 0);
        foreach (var entry in entries)
        {
            bytes += entry.CalculateSize();
            if (taken == limit || (taken > 0 && bytes > MaxBytes))
                break;
            answer.Add(entry);
            taken++;
        }
        return taken;
    }

    private static ServiceException Wrong(string message) => new(new(Reason.MalformedRequest, message, "Correct the call."));
}
