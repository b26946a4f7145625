using System.Text;
using MpcSigner.Core.Encodings;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>Cryptoki's fixed texts: UTF-8, padded with blanks (or, against the standard, with zeros).</summary>
internal static unsafe class PaddedText
{
    /// <summary>The text without padding; control characters, which a log would obey, become '?'.</summary>
    internal static string Read(byte* bytes, int length) =>
        OneLine.Of(Encoding.UTF8.GetString(new ReadOnlySpan<byte>(bytes, length)).TrimEnd(' ', '\0'), '?');
}
