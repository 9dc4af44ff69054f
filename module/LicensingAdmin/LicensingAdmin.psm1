#Requires -Version 7.4
# The build appends Private and Public to this file and puts the compiled C# into bin, which the manifest loads; the source cannot be
# imported: run build.ps1 and import out/LicensingAdmin. No command is called but those of the engine: the first call of one of another
# module would load that module and take longer than all the rest. Sessions outlive the module: whoever holds one may go on with it
# after Import-Module -Force.

Set-StrictMode -Version Latest
