namespace MpcSigner.Cryptography.Secrets.Randomness;

/// <summary>Where all randomness comes from: an argument, never ambient.</summary>
public interface IRandomSource
{
    /// <summary>Fills the whole span, which may lie in locked memory: no copy is to remain elsewhere. Safe for concurrent use.</summary>
    void Fill(Span<byte> destination);
}
