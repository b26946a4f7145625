namespace MpcSigner.Fuzz.Mutation;

/// <summary>How bytes are built that a door reads: decides which mutations keep enough of their form to come far.</summary>
internal enum Grammar
{
    /// <summary>Fixed fields, counts, and blocks behind their lengths.</summary>
    Binary = 1,
    Protobuf = 2,
    Yaml = 3,
    Json = 4,
    Rlp = 5,
    Der = 6,

    /// <summary>One line: addresses, paths, durations, header values.</summary>
    Word = 7,

    /// <summary>DER in base64 between lines.</summary>
    Pem = 8,
}
