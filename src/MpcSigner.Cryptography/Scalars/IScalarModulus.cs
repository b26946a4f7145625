namespace MpcSigner.Cryptography.Scalars;

/// <summary>A group order q with 2^255 &lt; q &lt; 2^256, and what Montgomery's reduction by it needs. Implemented by empty structs, so that the constants are compiled in.</summary>
internal interface IScalarModulus
{
    /// <summary>q, least significant limb first.</summary>
    static abstract ulong Q0 { get; }

    static abstract ulong Q1 { get; }

    static abstract ulong Q2 { get; }

    static abstract ulong Q3 { get; }

    /// <summary>−q^−1 mod 2^64.</summary>
    static abstract ulong NegativeInverse { get; }

    /// <summary>2^512 mod q.</summary>
    static abstract Scalar256 RadixSquared { get; }
}
