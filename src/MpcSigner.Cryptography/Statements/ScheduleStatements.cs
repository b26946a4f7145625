using System.Buffers.Binary;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Statements;

/// <summary>What every node computes alike of the roster's schedules (wire document: schedule).</summary>
public static class ScheduleStatements
{
    /// <summary>How long after the beginning of an instance a key's turn comes: the first 8 bytes of H("schedule"; version, name, u32 index, key id), big endian, mod the jitter in whole milliseconds.</summary>
    /// <param name="name">The schedule's, ASCII.</param>
    /// <param name="index">The instance, from 0.</param>
    /// <param name="key">The key.</param>
    /// <param name="jitter">Zero or more; less than a millisecond is none.</param>
    public static TimeSpan Delay(string name, uint index, KeyId key, TimeSpan jitter)
    {
        var range = (ulong)(jitter.Ticks / TimeSpan.TicksPerMillisecond);
        if (range == 0)
            return TimeSpan.Zero;
        var hash = new TranscriptHash(Tags.Schedule).Version().Bytes(Encoding.ASCII.GetBytes(name)).U32(index).Bytes32(key.Value).ToDigest();
        return TimeSpan.FromMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(hash.ToArray()) % range));
    }
}
