using MpcSigner.Node.Commands;

namespace MpcSigner.Node.Start;

/// <summary>Reads whole files of a stated greatest size.</summary>
internal static class BoundedFile
{
    /// <exception cref="StartRefusedException">With <paramref name="code"/>: missing, unreadable or too large.</exception>
    public static byte[] Read(string path, int maxBytes, ExitCode code, string what)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > maxBytes)
                throw new StartRefusedException(code, $"{what} {path} has {file.Length} bytes, at most {maxBytes} are read.", "Check that the path is right.");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(code, $"{what} {path} cannot be read: {e.Message}", "Check the path and its permissions.", e);
        }
    }
}
